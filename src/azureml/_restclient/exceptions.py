"""SDK v1 `azureml._restclient.exceptions`: the server refused or cannot be reached."""

from azureml._common.exceptions import AzureMLException


class AzureMLRestClientException(AzureMLException):
    """SDK v1 `AzureMLRestClientException`: talking to the service failed."""


class ServiceException(AzureMLRestClientException):
    """SDK v1 `ServiceException`: the service's answer; `status_code` is its HTTP status."""

    _error_code = "ServiceError"

    def __init__(self, error_response_exception: object, **kwargs: object) -> None:
        super().__init__(getattr(error_response_exception, "message", None) or str(error_response_exception))
        inner = error_response_exception
        self._inner_exception = inner if isinstance(inner, BaseException) else None
        self.status_code = kwargs.get("status_code")
        self.error_code = kwargs.get("error_code")
