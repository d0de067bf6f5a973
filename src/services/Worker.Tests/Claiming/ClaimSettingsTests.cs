using Kestra.Hosting.Configuration;
using Kestra.Worker.Claiming;

namespace Kestra.Worker.Tests.Claiming;

public sealed class ClaimSettingsTests
{
    [Fact]
    public void Keys_of_queues_are_those_of_claims()
    {
        var options = Read(("min-poll-interval", "10ms"), ("max-poll-interval", "2s"), ("poll-switch-interval", "30s"), ("switch-steps", "3"), ("poll-size", "7"));

        (options.ShortestPoll, options.LongestPoll, options.PollSwitch, options.PollSteps, options.BatchSize)
            .ShouldBe((TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(30), 3, 7));
    }

    [Theory]
    [InlineData("min-poll-interval", "0s")]
    [InlineData("max-poll-interval", "1ms")]
    [InlineData("poll-switch-interval", "0s")]
    [InlineData("switch-steps", "0")]
    [InlineData("poll-size", "0")]
    public void A_value_that_cannot_work_is_named(string key, string value) =>
        Should.Throw<ConfigurationException>(() => Read((key, value))).Message.ShouldStartWith($"The configuration property 'kestra.jdbc.queues.{key}' must ");

    private static ClaimOptions Read(params (string Key, string Value)[] settings)
    {
        var builder = new ConfigurationBuilder(new Dictionary<string, string>(StringComparer.Ordinal));
        foreach (var (key, value) in settings)
        {
            builder.Force("kestra.jdbc.queues." + key, value);
        }

        return ClaimSettings.Read(builder.Build());
    }
}
