"""SDK v1 `azureml._common.exceptions`: the base of every exception that the facade raises."""

import json
import traceback
from collections.abc import Sequence


class AzureMLException(Exception):
    """SDK v1 `AzureMLException`: `message` is the text alone, `str()` the block that v1 prints."""

    _error_code = "System"

    def __init__(
        self,
        exception_message: object,
        inner_exception: BaseException | None = None,
        target: str | None = None,
        details: object = None,
        message_format: str | None = None,
        message_parameters: object = None,
        reference_code: str | None = None,
        **kwargs: object,
    ) -> None:
        super().__init__(exception_message)
        self._message = str(exception_message)
        self._inner_exception = inner_exception
        self._target = target
        self._details = details
        self._message_format = message_format
        self._message_parameters = message_parameters
        self._reference_code = reference_code

    @property
    def message(self) -> str:
        return self._message

    @message.setter
    def message(self, value: object) -> None:
        self._message = str(value)

    @property
    def inner_exception(self) -> BaseException | None:
        return self._inner_exception

    @inner_exception.setter
    def inner_exception(self, value: BaseException | None) -> None:
        self._inner_exception = value

    def print_stacktrace(self) -> None:
        traceback.print_exception(self)

    def _error_response(self) -> dict[str, object]:
        inner = {"inner_error": {"code": type(self._inner_exception).__name__}} if self._inner_exception else {}
        target = {"target": self._target} if self._target else {}
        return {"error": {"code": self._error_code, **inner, "message": self._message, **target}}

    def __str__(self) -> str:
        return (
            f"{type(self).__name__}:\n\tMessage: {self._message}\n\tInnerException {self._inner_exception}\n"
            f"\tErrorResponse \n{json.dumps(self._error_response(), indent=4)}"
        )

    def __repr__(self) -> str:
        return str(self)


class AzureMLAggregatedException(AzureMLException):
    """SDK v1 `AzureMLAggregatedException`: several failures of one call, in order."""

    def __init__(self, exceptions_list: Sequence[BaseException], **kwargs: object) -> None:
        texts = [getattr(one, "message", None) or str(one) for one in exceptions_list]
        super().__init__("\n".join(texts))
        self.exceptions_list = list(exceptions_list)
