using Kestra.Hosting.Configuration;

namespace Kestra.Cli.CommandLine;

/// <summary>The configuration of commands that open the database themselves.</summary>
internal static class DatabaseConfigurations
{
    /// <summary>What is configured; when no database is, the folder that <c>server local</c> uses, if it is there.</summary>
    /// <param name="migrate">Migrate the database even when a start must not (<c>flyway.datasources.postgres.enabled=false</c>).</param>
    /// <exception cref="CommandFailureException">Neither is there.</exception>
    public static KestraConfiguration DatabaseConfiguration(this Invocation invocation, bool migrate = false)
    {
        var builder = invocation.Common.Configuration(invocation.Parsed, invocation.Host);
        var configured = (migrate ? builder.Force("flyway.datasources.postgres.enabled", true) : builder).Build();
        if (configured.Contains("kestra.repository.type"))
        {
            return configured;
        }

        var folder = Path.Combine(invocation.Host.CurrentFolder, LocalServer.FolderName);
        return Directory.Exists(folder)
            ? invocation.Common.Configuration(invocation.Parsed, invocation.Host).ForceLocal(invocation.Host.CurrentFolder).Build()
            : throw new CommandFailureException($"No database is configured ('kestra.repository.type'), and '{folder}' does not exist. Name the configuration with --config, or change to the folder where `kestra server local` runs.");
    }
}
