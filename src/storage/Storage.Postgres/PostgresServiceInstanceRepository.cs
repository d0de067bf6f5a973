using Kestra.Model.Cluster;
using Kestra.Model.Json;
using Kestra.Storage.Cluster;
using Kestra.Storage.Queries;
using Kestra.Storage.Relational;
using NodaTime;
using Npgsql;

namespace Kestra.Storage.Postgres;

/// <summary>Services in Kestra's rows. A row is held by its lock in the database, so a coordinator that dies lets go of it.</summary>
internal sealed class PostgresServiceInstanceRepository(PostgresDatabase database) : IServiceInstanceRepository
{
    private const string Select = "SELECT value FROM service_instance WHERE key = $1";

    // What a newer version may have added is not ours to judge. EMPTY is how versions before 0.22 call INACTIVE.
    private static readonly string[] Types = Enum.GetNames<ServiceType>();
    private static readonly string[] States = [.. Enum.GetNames<ServiceState>(), "EMPTY"];

    private static readonly EntityQuery Query = new(
        "Services",
        new Dictionary<FilterField, FilterColumn>(),
        new Dictionary<string, SortColumn>(StringComparer.Ordinal)
        {
            ["id"] = new("service_id"),
            ["type"] = new("service_type"),
            ["state"] = new("state"),
            ["createdAt"] = new("created_at"),
            ["updatedAt"] = new("updated_at"),
        },
        ("created_at", true), ("service_id", false));

    public Task<ServiceInstance?> FindAsync(string id, CancellationToken cancellationToken) => database.SingleAsync(Select, Read, [id], cancellationToken);

    public async Task<IReadOnlyList<ServiceInstance>> FindAllAsync(IReadOnlyCollection<ServiceState> states, CancellationToken cancellationToken)
    {
        var where = Where(new ServiceQuery(States: states));
        return await database.QueryAsync($"SELECT value FROM service_instance{where} ORDER BY created_at, service_id", Read, where.Values, cancellationToken);
    }

    public Task<Page<ServiceInstance>> SearchAsync(ServiceQuery query, PageRequest page, CancellationToken cancellationToken)
    {
        var where = Where(query);
        var paging = Query.Paging(page);
        return database.RunAsync(
            async connection =>
            {
                var rows = await PostgresDatabase.QueryAsync(connection, $"SELECT value FROM service_instance{where}{paging}", Read, where.Values, cancellationToken);
                var total = await PostgresDatabase.QueryAsync(connection, $"SELECT count(*) FROM service_instance{where}", static row => row.GetInt64(0), where.Values, cancellationToken);
                return new Page<ServiceInstance>(rows, total[0]);
            },
            cancellationToken);
    }

    public Task SaveAsync(ServiceInstance instance, CancellationToken cancellationToken) => database.ExecuteAsync(
        "INSERT INTO service_instance (key, value) VALUES ($1, $2::jsonb) ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value",
        [instance.Id, Document(instance)],
        cancellationToken);

    public async Task<ServiceTransition> TransitAsync(string id, ServiceSign sign, CancellationToken cancellationToken)
    {
        ServiceTransition result = default;
        await LockAsync(
            id,
            "FOR UPDATE",
            (stored, _) =>
            {
                var changed = sign.ApplyTo(stored);
                result = new ServiceTransition(changed ?? stored, changed is not null);
                return Task.FromResult(changed);
            },
            cancellationToken);
        return result;
    }

    public Task<bool> HoldAsync(string id, Func<ServiceInstance, CancellationToken, Task<ServiceInstance?>> work, CancellationToken cancellationToken) =>
        LockAsync(id, "FOR UPDATE SKIP LOCKED", work, cancellationToken);

    public async Task<bool> DeleteAsync(string id, CancellationToken cancellationToken) => await database.ExecuteAsync("DELETE FROM service_instance WHERE key = $1", [id], cancellationToken) > 0;

    public Task<int> PurgeAsync(Instant before, int limit, CancellationToken cancellationToken) => database.ExecuteAsync(
        """
        DELETE FROM service_instance WHERE key IN (
          SELECT key FROM service_instance WHERE state IN ('INACTIVE', 'EMPTY') AND updated_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)
        """,
        [before.ToDateTimeUtc(), limit],
        cancellationToken);

    /// <returns>False when there was no row to lock.</returns>
    private Task<bool> LockAsync(string id, string @lock, Func<ServiceInstance, CancellationToken, Task<ServiceInstance?>> work, CancellationToken cancellationToken) => database.RunAsync(
        async connection =>
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            if (await PostgresDatabase.QueryAsync(connection, $"{Select} {@lock}", Read, [id], cancellationToken) is not [var stored])
            {
                return false;
            }

            if (await work(stored, cancellationToken) is { } changed)
            {
                await PostgresDatabase.ExecuteAsync(connection, "UPDATE service_instance SET value = $2::jsonb WHERE key = $1", [id, Document(changed)], cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
            return true;
        },
        cancellationToken);

    private static SqlConditions Where(ServiceQuery query) => new SqlConditions(PostgresDialect.Instance)
        .And("service_type = ANY (?)", (object)(query.Types?.Select(static type => type.ToString()).ToArray() ?? Types))
        .And("state = ANY (?)", (object)(query.States?.SelectMany(Names).ToArray() ?? States));

    private static IEnumerable<string> Names(ServiceState state) => state == ServiceState.INACTIVE ? [state.ToString(), "EMPTY"] : [state.ToString()];

    private static string Document(ServiceInstance instance) => Documents.Text(ModelJson.Serialize(instance, JsonProfile.Database));

    private static ServiceInstance Read(NpgsqlDataReader row) => ModelJson.ReadService(Documents.Read(row, 0));
}
