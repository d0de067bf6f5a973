using Kestra.Storage.Cluster;

namespace Kestra.Storage.Sqlite;

internal sealed class SqliteSettingRepository(SqliteDatabase database) : ISettingRepository
{
    public async Task<string?> FindAsync(string key, CancellationToken cancellationToken) => await database.ReadAsync(session => Find(session, key), cancellationToken);

    public Task SaveAsync(string key, string value, CancellationToken cancellationToken) => database.WriteAsync(
        session => { session.Run("INSERT INTO setting (key, value) VALUES ($0, $1) ON CONFLICT (key) DO UPDATE SET value = $1", key, value); },
        cancellationToken);

    public async Task<string> SaveIfAbsentAsync(string key, string value, CancellationToken cancellationToken) => await database.WriteAsync(
        session =>
        {
            session.Run("INSERT INTO setting (key, value) VALUES ($0, $1) ON CONFLICT (key) DO NOTHING", key, value);
            return Find(session, key)!;
        },
        cancellationToken);

    public async Task<bool> DeleteAsync(string key, CancellationToken cancellationToken) => await database.WriteAsync(session => session.Run("DELETE FROM setting WHERE key = $0", key) > 0, cancellationToken);

    private static string? Find(Session session, string key) => session.Single("SELECT value FROM setting WHERE key = $0", row => row.GetString(0), key);
}
