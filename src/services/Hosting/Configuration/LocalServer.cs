namespace Kestra.Hosting.Configuration;

/// <summary>What <c>server local</c> sets over every other source: everything in one folder, nothing to set up.</summary>
public static class LocalServer
{
    /// <summary>Name of the folder below the current one.</summary>
    public const string FolderName = "data";

    public static ConfigurationBuilder ForceLocal(this ConfigurationBuilder builder, string currentFolder)
    {
        var folder = Path.Combine(currentFolder, FolderName);
        return builder
            .Force("kestra.repository.type", "h2")
            .Force("kestra.queue.type", "h2")
            .Force("kestra.storage.type", "local")
            .Force("kestra.storage.local.base-path", folder)
            .Force("datasources.h2.url", $"jdbc:h2:file:{Path.Combine(folder, "database")};TIME ZONE=UTC;DB_CLOSE_DELAY=-1;DB_CLOSE_ON_EXIT=FALSE;LOCK_TIMEOUT=30000")
            .Force("datasources.h2.username", "sa")
            .Force("datasources.h2.password", "")
            .Force("datasources.h2.driver-class-name", "org.h2.Driver")
            .Force("endpoints.all.port", "-1");
    }
}
