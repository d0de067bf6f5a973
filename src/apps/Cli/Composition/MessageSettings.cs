using Kestra.Hosting.Configuration;

namespace Kestra.Cli.Composition;

/// <summary>Reads how large executions and the results of tasks may be.</summary>
internal static class MessageSettings
{
    private const string Keys = "kestra.jdbc.queues.message-protection.";
    private const long DefaultLimit = 1024 * 1024;

    /// <summary>Bytes; null, unless it is switched on, is no limit.</summary>
    /// <exception cref="ConfigurationException">The limit can't work.</exception>
    public static long? Limit(KestraConfiguration configuration)
    {
        if (!configuration.Boolean(Keys + "enabled", false))
        {
            return null;
        }

        var limit = configuration.Size(Keys + "limit", DefaultLimit);
        return limit > 0 ? limit : throw new ConfigurationException($"The configuration property '{Keys}limit' must be more than 0 bytes.");
    }
}
