"""MLflow's application of a model, for requests that mean this machine. `uvicorn` loads it in the process that serve.py starts."""

from pipeline.web.hosts import OwnHosts


def application() -> OwnHosts:
    """The application; MLflow's own loads the model where it is imported."""
    from mlflow.pyfunc.scoring_server.app import app

    return OwnHosts(app)
