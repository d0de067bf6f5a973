using Kestra.Hosting.Liveness;

namespace Kestra.Hosting.Configuration;

/// <summary>Reads <see cref="ServerSettings"/> from a configuration and refuses what cannot work.</summary>
public static class ServerSettingsReader
{
    private const string PostgresType = "postgres";

    private static readonly string[] Required = ["kestra.queue.type", "kestra.repository.type", "kestra.storage.type"];

    /// <param name="processors">Number of processors, of which the default number of worker slots is a multiple.</param>
    /// <exception cref="ConfigurationException">A key is missing or has a value that cannot work.</exception>
    public static ServerSettings Read(KestraConfiguration configuration, ServerType type, int processors)
    {
        var missing = Required.Where(key => !configuration.Contains(key)).ToList();
        if (missing.Count > 0)
        {
            var lines = missing.Select(key => $"Server configuration requires the '{key}' property to be defined.");
            throw new ConfigurationException(string.Join(Environment.NewLine, [.. lines, "Incomplete server configuration - missing required properties"]));
        }

        RefuseUnsupported(configuration);
        RefuseSharing(configuration, type);
        return new ServerSettings
        {
            Type = type,
            Port = Port(configuration, "micronaut.server.port", 8080),
            Host = configuration.Text("micronaut.server.host", "127.0.0.1"),
            ManagementPort = Port(configuration, "endpoints.all.port", 8081),
            ManagementEnabled = configuration.Boolean("endpoints.all.enabled", true),
            ManagementPath = "/" + configuration.Text("endpoints.all.path", "/").Trim('/'),
            ManagementCredentials = configuration.Text("endpoints.all.basic-auth.username") is { } user
                ? (user, configuration.Text("endpoints.all.basic-auth.password", ""))
                : null,
            ContextPath = configuration.Text("micronaut.server.context-path")?.Trim('/') is { Length: > 0 } path ? "/" + path : "",
            Url = Url(configuration),
            Services = ServiceSettings.Read(configuration),
            WorkerThreads = configuration.Integer("kestra.worker.max-num-threads", 8 * processors),
            WorkerGroup = configuration.Text("kestra.worker.group-key"),
            DeclaredWorkerGroups = configuration.List("kestra.worker.groups") is { Count: > 0 } groups ? groups : null,
            StorageFolder = Path.GetFullPath(configuration.Text("kestra.storage.local.base-path", "data")),
            Database = Database(configuration),
            TemporaryFolder = configuration.Text("kestra.tasks.tmp-dir.path"),
        };
    }

    private static void RefuseUnsupported(KestraConfiguration configuration)
    {
        var (queue, repository) = (configuration.Text("kestra.queue.type", ""), configuration.Text("kestra.repository.type", ""));
        if (queue != repository)
        {
            throw new ConfigurationException($"The properties 'kestra.queue.type' ({queue}) and 'kestra.repository.type' ({repository}) must name the same database.");
        }

        if (queue is not ("h2" or "memory" or "sqlite" or PostgresType))
        {
            throw new ConfigurationException($"'kestra.queue.type={queue}' is not supported. Supported types are: [h2, memory, postgres, sqlite]; h2, memory and sqlite are the embedded database.");
        }

        if (configuration.Text("kestra.storage.type") is var storage && storage != "local")
        {
            throw new ConfigurationException($"No storage interface can be found for 'kestra.storage.type={storage}'. Supported types are: [local]");
        }
    }

    private static void RefuseSharing(KestraConfiguration configuration, ServerType type)
    {
        if (type != ServerType.Standalone && configuration.Text("kestra.repository.type") is var database && database != PostgresType)
        {
            throw new ConfigurationException(
                $"`kestra server {type.ToString().ToLowerInvariant()}` is one of several processes and needs a database that they share, but 'kestra.repository.type={database}' is the embedded database, which belongs to a single process. "
                + "Set 'kestra.repository.type' and 'kestra.queue.type' to 'postgres' with its address in 'datasources.postgres.url', or start `kestra server standalone`.");
        }
    }

    private static int Port(KestraConfiguration configuration, string key, int fallback)
    {
        var port = configuration.Integer(key, fallback);
        // -1 is how other configurations ask for any free port.
        return port is >= -1 and <= 65535
            ? Math.Max(port, 0)
            : throw new ConfigurationException($"The configuration property '{key}' must be a port between 0 and 65535, but is '{port}'.");
    }

    private static Uri? Url(KestraConfiguration configuration)
    {
        if (configuration.Text("kestra.url") is not { } text)
        {
            return null;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var url))
        {
            throw new ConfigurationException($"Value of the 'kestra.url' configuration property must be a valid URL - e.g. https://your.company.com{Environment.NewLine}Invalid configuration");
        }

        return url.Scheme is "http" or "https"
            ? url
            : throw new ConfigurationException($"Value of the 'kestra.url' configuration property must contain either HTTP or HTTPS scheme - e.g. https://your.company.com{Environment.NewLine}Invalid configuration");
    }

    private static DatabaseSettings Database(KestraConfiguration configuration)
    {
        if (configuration.Text("kestra.repository.type") != PostgresType)
        {
            return new DatabaseSettings.Embedded(DatabaseFile(configuration));
        }

        var address = configuration.Text("datasources.postgres.url")
            ?? throw new ConfigurationException("The configuration property 'datasources.postgres.url' is missing, for example jdbc:postgresql://localhost:5432/kestra.");
        return new DatabaseSettings.Postgres(
            address,
            configuration.Text("datasources.postgres.username"),
            configuration.Text("datasources.postgres.password"),
            configuration.Integer("datasources.postgres.maximum-pool-size", 10),
            configuration.Boolean("flyway.datasources.postgres.enabled", true));
    }

    // An H2 address names a file without its ending; the embedded database lies beside it under an ending of its own, so
    // that an H2 file of an earlier installation is left alone.
    private static string DatabaseFile(KestraConfiguration configuration)
    {
        var address = configuration.Text("datasources.sqlite.url") ?? configuration.Text("datasources.h2.url") ?? "";
        const string fileMarker = "file:";
        var start = address.IndexOf(fileMarker, StringComparison.OrdinalIgnoreCase);
        if (start >= 0)
        {
            var path = address[(start + fileMarker.Length)..].Split(';', '?')[0];
            return Path.GetFullPath(path.EndsWith(".db", StringComparison.OrdinalIgnoreCase) ? path : path + ".db");
        }

        return Path.Combine(Path.GetFullPath(configuration.Text("kestra.storage.local.base-path", "data")), "database.db");
    }
}
