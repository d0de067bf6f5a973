using Kestra.Hosting.Configuration;

namespace Kestra.Cli.CommandLine;

/// <summary>The configuration of commands that open the database themselves.</summary>
internal static class DatabaseConfigurations
{
    /// <summary>What is configured; when no database is, the folder that <c>server local</c> uses, if it is there.</summary>
    /// <exception cref="CommandFailureException">Neither is there.</exception>
    public static KestraConfiguration DatabaseConfiguration(this Invocation invocation)
    {
        var configured = invocation.Common.Configuration(invocation.Parsed, invocation.Host).Build();
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
