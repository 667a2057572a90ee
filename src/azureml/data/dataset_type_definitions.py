"""SDK v1 `azureml.data.dataset_type_definitions`."""

from enum import Enum


class PromoteHeadersBehavior(Enum):
    """SDK v1 `PromoteHeadersBehavior`: which files of several have a line of names."""

    NO_HEADERS = 0
    ONLY_FIRST_FILE_HAS_HEADERS = 1
    COMBINE_ALL_FILES_HEADERS = 2
    ALL_FILES_HAVE_SAME_HEADERS = 3
