using Kestra.Conformance.Beds;
using Kestra.Storage.Executions;
using Kestra.Storage.Postgres;
using Npgsql;

namespace Kestra.Conformance.Postgres;

/// <summary>The database places executions where the program looks for them.</summary>
public sealed class FlowPartitionTests
{
    [Theory]
    [InlineData("main", "io.kestra.tests", "hello")]
    [InlineData("main", "a", "b")]
    [InlineData("übung", "größe", "naïve_flow")]
    public async Task Database_and_program_agree(string tenant, string @namespace, string flow)
    {
        var database = await (await PostgresServer.SharedAsync).CreateDatabaseAsync();
        await using (var store = new PostgresStore(new PostgresOptions { ConnectionString = database }, TimeProvider.System))
        {
            await store.MigrateAsync(default);
        }

        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT kestra_engine.flow_partition($1, $2, $3, 16)", connection);
        foreach (var value in new[] { tenant, @namespace, flow })
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        (await command.ExecuteScalarAsync()).ShouldBe(FlowPartition.Of(tenant, @namespace, flow, 16));
    }
}
