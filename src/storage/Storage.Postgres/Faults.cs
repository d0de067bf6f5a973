using Npgsql;

namespace Kestra.Storage.Postgres;

/// <summary>Which faults of the database pass by themselves or by an operator's help.</summary>
internal static class Faults
{
    /// <summary>The guard of a commit found another owner.</summary>
    public const string LeaseLost = "KS001";

    /// <summary>Connection lost or refused, restart, failover, read-only, disk or memory full, too many connections, deadlock.</summary>
    public static bool IsPassing(NpgsqlException fault) => fault is PostgresException refused
        ? refused.IsTransient || refused.SqlState is ['0', '8', ..] or ['5', '3', ..] or ['5', '8', ..] or ['5', '7', 'P', ..] or PostgresErrorCodes.ReadOnlySqlTransaction
        : fault.IsTransient || fault.InnerException is IOException or System.Net.Sockets.SocketException or TimeoutException;

    /// <summary>Runs work whose passing faults come out as <see cref="StoreUnavailableException"/>.</summary>
    public static async Task<T> TranslateAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (NpgsqlException fault) when (IsPassing(fault))
        {
            throw Unavailable(fault);
        }
    }

    public static StoreUnavailableException Unavailable(NpgsqlException fault) => new($"The database can't be used now: {fault.Message}", fault);
}
