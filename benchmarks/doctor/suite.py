"""Put each fault into its GAN, train for a moment, and write down what the doctor finds, beside what it finds in the same GANs without faults."""

from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from benchmarks.doctor.faults import FAULTS, Fault, healthy
from benchmarks.doctor.patients import Patient
from benchmarks.doctor.pictures import draw_patient
from pipeline.data import CLASSES, Digits, to_bytes
from pipeline.doctor.findings import Evidence
from pipeline.doctor.judgement import judge
from pipeline.features import load_classifier, read_images
from pipeline.gan.base import draw_latents, generator_inputs, image_low
from pipeline.metrics.classes import class_consistency, class_histogram, effective_classes
from pipeline.params import Settings

CLASSIFIER = Path("artifacts/classifier/classifier.weights.h5")
SAMPLES = 500
HEALTHY_EPOCHS, HEALTHY_STEPS = 2, 60


def try_fault(fault: Fault, digits: Digits, settings: Settings) -> dict[str, Any]:
    """What was found, when, and whether nothing wrong was."""
    patient = fault.make(digits, settings)
    evidence = patient.train(max(fault.by_epoch, 1), fault.steps).evidence
    if fault.scored:
        evidence = evidence | {"scores": scores(patient, digits, settings)}
    draw_patient(fault.finding, patient)
    findings = judge(evidence)
    named = next((finding for finding in findings if finding.id == fault.finding), None)
    return {
        "fault": fault.name,
        "gan": fault.gan,
        "expected": fault.finding,
        "named": named is not None,
        "epoch": first_epoch(fault.finding, evidence) if named else None,
        "evidence": named.evidence if named else None,
        "errors_beside": [finding.id for finding in findings if finding.severity == "error" and finding.id != fault.finding],
        "others_beside": [finding.id for finding in findings if finding.severity != "error" and finding.id != fault.finding],
    }


def try_healthy(gan: str, digits: Digits, settings: Settings) -> dict[str, Any]:
    """What is found in a GAN without a fault, in the same time."""
    findings = healthy(gan)(digits, settings).train(HEALTHY_EPOCHS, HEALTHY_STEPS).findings
    return {"gan": gan, **{f"{severity}s": [each.id for each in findings if each.severity == severity] for severity in ("error", "warning", "note")}}


def first_epoch(finding: str, evidence: Evidence) -> int:
    """The first epoch after which it is found; 0 is before training."""
    for epoch in range(len(evidence["epochs"])):
        if finding in {each.id for each in judge({"before": evidence["before"], "epochs": evidence["epochs"][:epoch]})}:
            return epoch
    return len(evidence["epochs"])


def scores(patient: Patient, digits: Digits, settings: Settings) -> dict[str, float]:
    """What the digit classifier reads in samples, and in real digits in their place."""
    classifier = load_classifier(CLASSIFIER, settings.classifier.width)
    variant = patient.gan.variant
    asked = np.arange(SAMPLES, dtype=np.int32) % CLASSES
    inputs = generator_inputs(variant, draw_latents(variant, SAMPLES, 0, -2), tf.constant(asked))
    drawn = read_images(classifier, to_bytes(patient.gan.averaged_generator(inputs, training=False).numpy(), image_low(variant)))
    real = read_images(classifier, digits.images[:SAMPLES])
    found = {}
    for end, reading, labels in (("", drawn, asked), ("_real", real, digits.labels[:SAMPLES])):
        found[f"effective_classes{end}"] = effective_classes(class_histogram(reading.probabilities))
        if variant.classes > 1:
            found[f"class_consistency{end}"] = class_consistency(reading.probabilities, labels)
    return found


def run_suite(digits: Digits, settings: Settings) -> dict[str, Any]:
    """All faults, and all of their GANs without one."""
    gans = sorted({fault.gan for fault in FAULTS})
    return {
        "faults": [_told(try_fault(fault, digits, settings)) for fault in FAULTS],
        "healthy": [_told(try_healthy(gan, digits, settings)) for gan in gans],
    }


def _told(row: dict[str, Any]) -> dict[str, Any]:
    print(row, flush=True)
    return row
