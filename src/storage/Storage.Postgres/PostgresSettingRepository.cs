using System.Text.Json;
using Kestra.Storage.Cluster;

namespace Kestra.Storage.Postgres;

/// <summary>Settings in Kestra's rows, whose documents repeat the key. A text that is a JSON object is stored as that object, as Kestra stores credentials.</summary>
internal sealed class PostgresSettingRepository(PostgresDatabase database) : ISettingRepository
{
    private const string Insert = "INSERT INTO settings (key, value) VALUES ($1, jsonb_build_object('key', $1::text, 'value', $2::jsonb)) ON CONFLICT (key) DO ";
    private const string Select = "SELECT value ->> 'value' FROM settings WHERE key = $1";

    public Task<string?> FindAsync(string key, CancellationToken cancellationToken) =>
        database.SingleAsync(Select, static row => row.IsDBNull(0) ? null : row.GetString(0), [key], cancellationToken);

    public Task SaveAsync(string key, string value, CancellationToken cancellationToken) =>
        database.ExecuteAsync(Insert + "UPDATE SET value = EXCLUDED.value", [key, Json(value)], cancellationToken);

    public async Task<string> SaveIfAbsentAsync(string key, string value, CancellationToken cancellationToken)
    {
        await database.ExecuteAsync(Insert + "NOTHING", [key, Json(value)], cancellationToken);
        return await FindAsync(key, cancellationToken) ?? throw new InvalidOperationException($"The setting '{key}' was deleted while it was saved");
    }

    public async Task<bool> DeleteAsync(string key, CancellationToken cancellationToken) => await database.ExecuteAsync("DELETE FROM settings WHERE key = $1", [key], cancellationToken) > 0;

    private static string Json(string value)
    {
        try
        {
            using var document = JsonDocument.Parse(value);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return value;
            }
        }
        catch (JsonException)
        {
            // Not JSON, so a text.
        }

        return JsonSerializer.Serialize(value);
    }
}
