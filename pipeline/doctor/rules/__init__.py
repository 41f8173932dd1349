"""Rules by what they look at; `pipeline.doctor.judgement` has the list of them."""
