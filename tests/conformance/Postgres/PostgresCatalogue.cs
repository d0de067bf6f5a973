using System.Text.Json.Nodes;
using Npgsql;

namespace Kestra.Conformance.Postgres;

/// <summary>The shape of a database, as the recordings of the original's list it.</summary>
internal static class PostgresCatalogue
{
    private const string Query =
        """
        SELECT jsonb_build_object(
          'enums', (SELECT jsonb_object_agg(type.typname, (SELECT jsonb_agg(enumlabel ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = type.oid))
            FROM pg_type AS type WHERE type.typnamespace = 'public'::regnamespace AND type.typtype = 'e'),
          'functions', (SELECT jsonb_agg(jsonb_build_object(
              'name', proname, 'args', pg_get_function_arguments(pg_proc.oid), 'returns', pg_get_function_result(pg_proc.oid),
              'language', lanname, 'strict', proisstrict, 'volatility', provolatile) ORDER BY proname)
            FROM pg_proc JOIN pg_language ON pg_language.oid = prolang WHERE pronamespace = 'public'::regnamespace),
          'sequences', (SELECT jsonb_agg(jsonb_build_object('name', sequencename, 'type', data_type::text, 'max', max_value) ORDER BY sequencename) FROM pg_sequences WHERE schemaname = 'public'),
          'tables', (SELECT jsonb_object_agg(relation.relname, jsonb_build_object(
              'columns', (SELECT jsonb_agg(jsonb_build_object(
                  'name', attname, 'type', format_type(atttypid, atttypmod), 'not_null', attnotnull,
                  'default', CASE WHEN attgenerated = '' THEN pg_get_expr(adbin, adrelid) END,
                  'generated', CASE WHEN attgenerated = 's' THEN pg_get_expr(adbin, adrelid) END) ORDER BY attname)
                FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE attrelid = relation.oid AND attnum > 0 AND NOT attisdropped),
              'constraints', (SELECT jsonb_agg(jsonb_build_object('name', conname, 'type', contype, 'def', pg_get_constraintdef(oid)) ORDER BY conname) FROM pg_constraint WHERE conrelid = relation.oid),
              'indexes', (SELECT jsonb_agg(jsonb_build_object('name', part.relname, 'def', pg_get_indexdef(indexrelid)) ORDER BY part.relname)
                FROM pg_index JOIN pg_class AS part ON part.oid = indexrelid WHERE indrelid = relation.oid),
              'triggers', (SELECT jsonb_agg(jsonb_build_object('name', tgname, 'def', pg_get_triggerdef(oid)) ORDER BY tgname) FROM pg_trigger WHERE tgrelid = relation.oid AND NOT tgisinternal)))
            FROM pg_class AS relation WHERE relation.relnamespace = 'public'::regnamespace AND relation.relkind = 'r'))::text
        """;

    private const string FunctionBodies =
        "SELECT proname || ': ' || regexp_replace(pg_get_functiondef(oid), '\\s+', ' ', 'g') FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY proname";

    private const string Rows =
        "SELECT concat_ws(',', installed_rank, version, description, type, script, checksum, installed_by, success::text) FROM flyway_schema_history ORDER BY installed_rank";

    public static async Task<JsonNode> ReadAsync(string connectionString) => JsonNode.Parse((await TextsAsync(connectionString, Query))[0])!;

    public static Task<List<string>> FunctionBodiesAsync(string connectionString) => TextsAsync(connectionString, FunctionBodies);

    public static async Task<List<string>> HistoryAsync(string connectionString) =>
        [.. (await TextsAsync(connectionString, Rows)).Select(static row => row.EndsWith(",true", StringComparison.Ordinal) ? row[..^"rue".Length] : row[..^"alse".Length])];

    public static async Task<List<string>> TextsAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString + ";Pooling=false;Search Path=public");
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            rows.Add(reader.GetString(0));
        }

        return rows;
    }
}
