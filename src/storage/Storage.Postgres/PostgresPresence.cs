using System.Collections.Concurrent;
using Npgsql;

namespace Kestra.Storage.Postgres;

/// <summary>
/// Shows others that an owner of partitions lives: a lock that belongs to a session, which the database ends with the process. It only
/// spares them the wait for a lease to run out; what keeps two owners apart is the epoch of the lease.
/// </summary>
internal sealed class PostgresPresence(PostgresDatabase database) : IAsyncDisposable
{
    private const string Key = "1263489876, hashtext($1)";

    private readonly ConcurrentDictionary<string, NpgsqlConnection> sessions = new(StringComparer.Ordinal);

    /// <summary>Holds the lock of an owner, and looks that it is still held.</summary>
    /// <returns>False when it can't be held, as where a pool before the database shares sessions; then the time of the lease decides.</returns>
    /// <exception cref="StoreUnavailableException">The database can't be reached now.</exception>
    public Task<bool> HoldAsync(string owner, CancellationToken cancellationToken) => Faults.TranslateAsync(async () =>
    {
        if (sessions.TryGetValue(owner, out var session))
        {
            if (await IsHeldAsync(session, owner, cancellationToken))
            {
                return true;
            }

            await DropAsync(owner);
        }

        session = await database.OpenAsync(cancellationToken);
        var isHeld = false;
        try
        {
            isHeld = await AskAsync(session, $"SELECT pg_try_advisory_lock({Key})", owner, cancellationToken);
        }
        finally
        {
            if (!isHeld)
            {
                await session.DisposeAsync();
            }
        }

        if (isHeld)
        {
            sessions[owner] = session;
        }

        return isHeld;
    });

    /// <summary>Gives the lock of an owner back.</summary>
    /// <exception cref="StoreUnavailableException">The database can't be reached now; the lock goes with its session.</exception>
    public Task DropAsync(string owner) => Faults.TranslateAsync(async () =>
    {
        if (!sessions.TryRemove(owner, out var session))
        {
            return false;
        }

        await using (session)
        {
            // A session that broke has lost the lock with it; one that goes back to the pool would keep it.
            if (session.FullState.HasFlag(System.Data.ConnectionState.Open))
            {
                await AskAsync(session, $"SELECT pg_advisory_unlock({Key})", owner, CancellationToken.None);
            }
        }

        return true;
    });

    /// <summary>Before that of the database, which then closes the sessions.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var (owner, session) in sessions)
        {
            sessions.TryRemove(owner, out _);
            await session.DisposeAsync();
        }
    }

    private static async Task<bool> IsHeldAsync(NpgsqlConnection session, string owner, CancellationToken cancellationToken)
    {
        try
        {
            return await AskAsync(
                session,
                "SELECT EXISTS (SELECT FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory' AND classid = 1263489876 AND objid = (hashtext($1)::bigint & 4294967295)::oid AND objsubid = 2)",
                owner,
                cancellationToken);
        }
        catch (Exception fault) when (fault is NpgsqlException or InvalidOperationException && !session.FullState.HasFlag(System.Data.ConnectionState.Open))
        {
            // It broke, and is replaced.
            return false;
        }
    }

    private static async Task<bool> AskAsync(NpgsqlConnection session, string sql, string owner, CancellationToken cancellationToken) =>
        (await PostgresDatabase.QueryAsync(session, sql, static row => row.GetBoolean(0), [owner], cancellationToken)).Single();
}
