"""The SDK version that the facade keeps to; docs/decisions says why it looks as it does."""

SDK_VERSION = "1.61.0"
