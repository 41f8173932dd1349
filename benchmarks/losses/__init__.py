"""Where the losses of healthy trainings stay, by family of losses."""
