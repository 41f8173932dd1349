"""Rules by what they look at; `pipeline.doctor.diagnosis.diagnose` has the list of them."""
