namespace Kestra.Storage;

/// <summary>
/// The database can't be reached or can't take the work now: connection lost, restart, failover, read-only, disk full.
/// Nothing is known about a write that ends with it; the owner reads the state back and tries again.
/// </summary>
public sealed class StoreUnavailableException(string message, Exception? cause = null) : Exception(message, cause);
