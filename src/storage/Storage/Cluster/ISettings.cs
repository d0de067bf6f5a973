namespace Kestra.Storage.Cluster;

/// <summary>Settings of the installation, a text each (<c>instance.uuid</c>, <c>instance.version</c>, <c>kestra.server.basic-auth</c> …).</summary>
public interface ISettingRepository
{
    Task<string?> FindAsync(string key, CancellationToken cancellationToken);
    Task SaveAsync(string key, string value, CancellationToken cancellationToken);

    /// <summary>Saves only when the key is new.</summary>
    /// <returns>The value that is stored now.</returns>
    Task<string> SaveIfAbsentAsync(string key, string value, CancellationToken cancellationToken);
    Task<bool> DeleteAsync(string key, CancellationToken cancellationToken);
}
