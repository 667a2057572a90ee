"""The exceptions of SDK v1 by their defining module; import them from `azureml.exceptions`."""

import json

from azureml._common.exceptions import AzureMLException


class UserErrorException(AzureMLException):
    """SDK v1 `UserErrorException`: what the caller asked for makes no sense."""

    _error_code = "UserError"

    def __init__(self, exception_message: object, **kwargs: object) -> None:
        super().__init__(exception_message)


class AuthenticationException(UserErrorException):
    """SDK v1 `AuthenticationException`: no valid token."""


class ComputeTargetException(AzureMLException):
    """SDK v1 `ComputeTargetException`: a compute target is unknown or unusable."""

    def __init__(self, exception_message: object, **kwargs: object) -> None:
        super().__init__(exception_message)


class WorkspaceException(AzureMLException):
    """SDK v1 `WorkspaceException`: a workspace is unknown, or exists already."""

    def __init__(self, exception_message: object, found_multiple: bool = False, **kwargs: object) -> None:
        super().__init__(exception_message)
        self.found_multiple = found_multiple


class ExperimentExecutionException(AzureMLException):
    """SDK v1 `ExperimentExecutionException`: submitting or following a run went wrong."""

    def __init__(self, exception_message: object, **kwargs: object) -> None:
        super().__init__(exception_message)


class ActivityFailedException(AzureMLException):
    """SDK v1 `ActivityFailedException`: a run that was waited for has failed; `error_details` is its error."""

    def __init__(self, error_details: object, **kwargs: object) -> None:
        text = error_details if isinstance(error_details, str) else json.dumps(error_details, indent=4, default=str)
        super().__init__(f"Activity Failed:\n{text}")
        self.error_details = error_details


class RunEnvironmentException(AzureMLException):
    """SDK v1 `RunEnvironmentException`: there is no run here to get."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(
            "This process is not a submitted run: the AZUREML_* variables of a job are missing. "
            "Outside of a job, use experiment.start_logging() to get a run."
        )


class TrainingException(AzureMLException):
    """SDK v1 `TrainingException`."""

    def __init__(self, exception_message: object, **kwargs: object) -> None:
        super().__init__(exception_message)


class SnapshotException(AzureMLException):
    """SDK v1 `SnapshotException`: the source folder cannot be taken along."""

    def __init__(self, exception_message: object, **kwargs: object) -> None:
        super().__init__(exception_message)


class ProjectSystemException(AzureMLException):
    """SDK v1 `ProjectSystemException`."""

    def __init__(self, exception_message: object, **kwargs: object) -> None:
        super().__init__(exception_message)


class RunConfigurationException(AzureMLException):
    """SDK v1 `RunConfigurationException`: a run configuration that cannot be used."""

    def __init__(self, exception_message: object, **kwargs: object) -> None:
        super().__init__(exception_message)


class WebserviceException(AzureMLException):
    """SDK v1 `WebserviceException`."""

    def __init__(
        self, exception_message: object, status_code: int | None = None, logger: object = None, **kwargs: object
    ) -> None:
        super().__init__(exception_message)
        self.status_code = status_code


class ModelNotFoundException(AzureMLException):
    """SDK v1 `ModelNotFoundException`."""

    def __init__(self, exception_message: object, logger: object = None, **kwargs: object) -> None:
        super().__init__(exception_message)


class ModelPathNotFoundException(AzureMLException):
    """SDK v1 `ModelPathNotFoundException`: the run has no such file."""

    def __init__(self, exception_message: object, logger: object = None, **kwargs: object) -> None:
        super().__init__(exception_message)


class DatasetTimestampMissingError(AzureMLException):
    """SDK v1 `DatasetTimestampMissingError`."""

    def __init__(self, exception_message: object, **kwargs: object) -> None:
        super().__init__(exception_message)


class ParallelRunException(AzureMLException):
    """SDK v1 `ParallelRunException`."""

    def __init__(self, exception_message: object, **kwargs: object) -> None:
        super().__init__(exception_message)


class DiscoveryUrlNotFoundException(AzureMLException):
    """SDK v1 `DiscoveryUrlNotFoundException`."""

    def __init__(self, exception_message: object, **kwargs: object) -> None:
        super().__init__(exception_message)


class WorkspacePrivateEndpointException(AzureMLException):
    """SDK v1 `WorkspacePrivateEndpointException`."""

    def __init__(self, exception_message: object, **kwargs: object) -> None:
        super().__init__(exception_message)
