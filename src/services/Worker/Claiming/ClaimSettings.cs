using Kestra.Hosting.Configuration;

namespace Kestra.Worker.Claiming;

/// <summary>Reads how a worker claims jobs from the keys by which queues are polled.</summary>
public static class ClaimSettings
{
    private const string Keys = "kestra.jdbc.queues.";

    /// <exception cref="ConfigurationException">A value cannot work.</exception>
    public static ClaimOptions Read(KestraConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var defaults = new ClaimOptions();
        var options = new ClaimOptions
        {
            ShortestPoll = configuration.Duration(Keys + "min-poll-interval", defaults.ShortestPoll),
            LongestPoll = configuration.Duration(Keys + "max-poll-interval", defaults.LongestPoll),
            PollSwitch = configuration.Duration(Keys + "poll-switch-interval", defaults.PollSwitch),
            PollSteps = configuration.Integer(Keys + "switch-steps", defaults.PollSteps),
            BatchSize = configuration.Integer(Keys + "poll-size", defaults.BatchSize),
        };
        Demand(options.ShortestPoll > TimeSpan.Zero, "min-poll-interval", "must be longer than 0, for example 25ms");
        Demand(options.LongestPoll >= options.ShortestPoll, "max-poll-interval", $"must not be shorter than {Keys}min-poll-interval");
        Demand(options.PollSwitch > TimeSpan.Zero, "poll-switch-interval", "must be longer than 0, for example 60s");
        Demand(options.PollSteps is >= 1 and <= 20, "switch-steps", "must be from 1 to 20");
        Demand(options.BatchSize is >= 1 and <= 10_000, "poll-size", "must be from 1 to 10000");
        return options;
    }

    private static void Demand(bool holds, string key, string what)
    {
        if (!holds)
        {
            throw new ConfigurationException($"The configuration property '{Keys}{key}' {what}.");
        }
    }
}
