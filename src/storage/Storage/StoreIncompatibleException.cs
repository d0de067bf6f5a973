namespace Kestra.Storage;

/// <summary>
/// This program cannot work on the database as it is: of a newer version, not migrated, damaged, or something else. Trying again
/// does not help; the message tells the operator what does.
/// </summary>
public sealed class StoreIncompatibleException(string message, Exception? cause = null) : InvalidOperationException(message, cause);
