namespace Kestra.Cron;

/// <summary>A text that is not a cron expression. The message says what is wrong, in the words that users of Kestra know.</summary>
public sealed class CronException(string message) : Exception(message);
