using Kestra.Cli.Composition;
using Kestra.Hosting.Configuration;

namespace Kestra.Cli.Tests;

/// <summary>The keys by which large messages are kept away.</summary>
public sealed class MessageSettingsTests
{
    [Theory]
    [InlineData(null, null, null)]
    [InlineData("false", "100", null)]
    [InlineData("true", null, 1_048_576L)]
    [InlineData("true", "100", 100L)]
    [InlineData("true", "10MB", 10_485_760L)]
    public void The_limit_holds_where_it_is_switched_on(string? enabled, string? limit, long? expected) => Read(enabled, limit).ShouldBe(expected);

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("much")]
    public void A_limit_that_cannot_work_is_refused_by_its_name(string limit) =>
        Should.Throw<ConfigurationException>(() => Read("true", limit)).Message.ShouldContain("'kestra.jdbc.queues.message-protection.limit'");

    private static long? Read(string? enabled, string? limit) => MessageSettings.Limit(new ConfigurationBuilder(new Dictionary<string, string>(StringComparer.Ordinal))
        .Force("kestra.jdbc.queues.message-protection.enabled", enabled)
        .Force("kestra.jdbc.queues.message-protection.limit", limit)
        .Build());
}
