using System.Collections.Concurrent;
using Kestra.Model.Cluster;
using Kestra.Model.Json;
using Kestra.Storage.Cluster;
using Kestra.Storage.Queries;
using Kestra.Storage.Relational;
using Microsoft.Data.Sqlite;
using NodaTime;

namespace Kestra.Storage.Sqlite;

/// <summary>
/// The services of the one process that can have the file open. Rows are held in the memory of this process for the same
/// reason, and because the database has no locks of single rows.
/// </summary>
internal sealed class SqliteServiceInstanceRepository(SqliteDatabase database) : IServiceInstanceRepository
{
    private static readonly EntityQuery Query = new(
        "Services",
        new Dictionary<FilterField, FilterColumn>(),
        new Dictionary<string, SortColumn>(StringComparer.Ordinal)
        {
            ["id"] = new("id"),
            ["type"] = new("type"),
            ["state"] = new("state"),
            ["createdAt"] = new("created"),
            ["updatedAt"] = new("updated"),
        },
        ("created", true), ("id", false));

    private readonly ConcurrentDictionary<string, SemaphoreSlim> holds = new(StringComparer.Ordinal);

    public async Task<ServiceInstance?> FindAsync(string id, CancellationToken cancellationToken) => await database.ReadAsync(session => Find(session, id), cancellationToken);

    public async Task<IReadOnlyList<ServiceInstance>> FindAllAsync(IReadOnlyCollection<ServiceState> states, CancellationToken cancellationToken) => await database.ReadAsync(
        session =>
        {
            var where = Where(new ServiceQuery(States: states));
            return session.Query($"SELECT document FROM service_instance{where} ORDER BY created, id", Read, where.Values);
        },
        cancellationToken);

    public async Task<Page<ServiceInstance>> SearchAsync(ServiceQuery query, PageRequest page, CancellationToken cancellationToken) => await database.ReadAsync(
        session =>
        {
            var where = Where(query);
            var total = session.Single($"SELECT COUNT(*) FROM service_instance{where}", static row => row.GetInt64(0), where.Values);
            return new Page<ServiceInstance>(session.Query($"SELECT document FROM service_instance{where}{Query.Paging(page)}", Read, where.Values), total);
        },
        cancellationToken);

    public Task SaveAsync(ServiceInstance instance, CancellationToken cancellationToken) => WhenFreeAsync<object?>(
        instance.Id,
        session =>
        {
            Save(session, instance);
            return null;
        },
        cancellationToken);

    public Task<ServiceTransition> TransitAsync(string id, ServiceSign sign, CancellationToken cancellationToken) => WhenFreeAsync(
        id,
        session =>
        {
            var stored = Find(session, id);
            if (stored is null || sign.ApplyTo(stored) is not { } changed)
            {
                return new ServiceTransition(stored, false);
            }

            Save(session, changed);
            return new ServiceTransition(changed, true);
        },
        cancellationToken);

    public async Task<bool> HoldAsync(string id, Func<ServiceInstance, CancellationToken, Task<ServiceInstance?>> work, CancellationToken cancellationToken)
    {
        var hold = holds.GetOrAdd(id, static _ => new SemaphoreSlim(1));
        if (!await hold.WaitAsync(TimeSpan.Zero, cancellationToken))
        {
            return false;
        }

        try
        {
            if (await FindAsync(id, cancellationToken) is not { } stored)
            {
                return false;
            }

            if (await work(stored, cancellationToken) is { } changed)
            {
                await database.WriteAsync(session => Save(session, changed), cancellationToken);
            }

            return true;
        }
        finally
        {
            hold.Release();
        }
    }

    public Task<bool> DeleteAsync(string id, CancellationToken cancellationToken) =>
        WhenFreeAsync(id, session => session.Run("DELETE FROM service_instance WHERE id = $0", id) > 0, cancellationToken);

    public async Task<int> PurgeAsync(Instant before, int limit, CancellationToken cancellationToken)
    {
        var purged = await database.WriteAsync(
            session => session.Query(
                "DELETE FROM service_instance WHERE id IN (SELECT id FROM service_instance WHERE state = 'INACTIVE' AND updated < $0 LIMIT $1) RETURNING id",
                static row => row.GetString(0),
                before.ToUnixTimeTicks(), limit),
            cancellationToken);
        purged.ForEach(id => holds.TryRemove(id, out _));
        return purged.Count;
    }

    private async Task<T> WhenFreeAsync<T>(string id, Func<Session, T> work, CancellationToken cancellationToken)
    {
        var hold = holds.GetOrAdd(id, static _ => new SemaphoreSlim(1));
        await hold.WaitAsync(cancellationToken);
        try
        {
            return await database.WriteAsync(work, cancellationToken);
        }
        finally
        {
            hold.Release();
        }
    }

    private static SqlConditions Where(ServiceQuery query)
    {
        var where = new SqlConditions(SqliteDialect.Instance);
        AddNames(where, "type", query.Types?.Select(static type => type.ToString()));
        AddNames(where, "state", query.States?.Select(static state => state.ToString()));
        return where;
    }

    private static void AddNames(SqlConditions where, string column, IEnumerable<string>? names)
    {
        if (names?.ToArray<object?>() is { } wanted)
        {
            where.And($"{column} IN ({string.Join(", ", wanted.Select(static _ => "?"))})", wanted);
        }
    }

    private static ServiceInstance? Find(Session session, string id) => session.Single("SELECT document FROM service_instance WHERE id = $0", Read, id);

    private static void Save(Session session, ServiceInstance instance) => session.Run(
        """
        INSERT INTO service_instance (id, type, state, created, updated, document) VALUES ($0, $1, $2, $3, $4, $5)
        ON CONFLICT (id) DO UPDATE SET type = $1, state = $2, created = $3, updated = $4, document = $5
        """,
        instance.Id, instance.Type.ToString(), instance.State.ToString(), instance.CreatedAt.ToUnixTimeTicks(), instance.UpdatedAt.ToUnixTimeTicks(),
        ModelJson.Serialize(instance, JsonProfile.Database));

    private static ServiceInstance Read(SqliteDataReader row) => ModelJson.ReadService(row.GetFieldValue<byte[]>(0));
}
