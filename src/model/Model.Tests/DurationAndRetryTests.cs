using System.Text.Json;
using Kestra.Model.Durations;
using Kestra.Model.Flows;
using Kestra.Model.Flows.Reading;
using Kestra.Model.Json;
using NodaTime;
using Shouldly;
using Xunit;

namespace Kestra.Model.Tests;

/// <summary>Durations as they are written and read, and the delays of retries.</summary>
public sealed class DurationAndRetryTests
{
    private static readonly JsonElement Recorded = Contracts.Json("examples/ids-slugs-misc-cases.json");

    public static TheoryData<string, string> Durations() => Rows("durations", pair => pair[0].GetString()!, pair => pair[1].GetRawText());

    public static TheoryData<string, string> Delays() => Rows("retryDelaysSeconds", row => row.GetProperty("retry").GetRawText(), row => row.GetProperty("byAttempt").GetRawText());

    [Theory]
    [MemberData(nameof(Durations))]
    public void Duration_is_read_as_recorded(string json, string seconds)
    {
        var faults = new List<DefinitionFault>();
        var raw = new OrderedDictionary<string, object?> { ["type"] = "constant", ["interval"] = ModelJson.ReadValue(JsonDocument.Parse(json).RootElement) };

        var interval = DefinitionReader.ReadRetry(raw, "", faults)!.Interval;

        (faults.Exists(fault => fault.IsUnreadable) ? "\"error\"" : interval is { } duration ? JsonSerializer.Serialize(duration.TotalSeconds) : "null").ShouldBe(seconds);
    }

    [Theory]
    [MemberData(nameof(Delays))]
    public void Retry_waits_as_recorded(string json, string seconds)
    {
        var retry = DefinitionReader.ReadRetry((IReadOnlyDictionary<string, object?>)ModelJson.ReadValue(JsonDocument.Parse(json).RootElement)!, "", [])!;
        var expected = JsonSerializer.Deserialize<double[]>(seconds)!;

        expected.Select((_, index) => RetryDelay.Before(retry, index + 1, 0).TotalSeconds).ShouldBe(expected);
    }

    [Theory]
    [InlineData(0, 1000)]
    [InlineData(0.5, 1500)]
    [InlineData(0.9999, 1999)]
    public void Random_retry_waits_between_its_bounds(double chance, int milliseconds) =>
        RetryDelay.Before(new RetryDefinition { Type = RetryType.random, MinInterval = Duration.FromSeconds(1), MaxInterval = Duration.FromSeconds(2) }, 3, chance).ShouldBe(Duration.FromMilliseconds(milliseconds));

    [Fact]
    public void Exponential_retry_does_not_exceed_its_longest_interval() =>
        RetryDelay.Before(new RetryDefinition { Type = RetryType.exponential, Interval = Duration.FromSeconds(1), MaxInterval = Duration.FromSeconds(5) }, 100, 0).ShouldBe(Duration.FromSeconds(5));

    [Theory]
    [InlineData("PT61.5S", "PT1M1.5S")]
    [InlineData("P1D", "PT24H")]
    [InlineData("PT0S", "PT0S")]
    [InlineData("PT-5S", "PT-5S")]
    [InlineData("-PT1M", "PT-1M")]
    [InlineData("PT0.000000001S", "PT0.000000001S")]
    [InlineData("PT8784H", "PT8784H")]
    [InlineData("P2DT3H4M", "PT51H4M")]
    [InlineData("pt1h", "PT1H")]
    [InlineData("PT-1.5S", "PT-1.5S")]
    [InlineData("90", "PT1M30S")]
    public void Duration_is_written_in_hours_minutes_and_seconds(string text, string written) => IsoDuration.Format(IsoDuration.Parse(text)).ShouldBe(written);

    [Theory]
    [InlineData("")]
    [InlineData("P")]
    [InlineData("PT")]
    [InlineData("1 day")]
    [InlineData("PT1")]
    [InlineData("P1Y")]
    [InlineData("P1DT")]
    [InlineData("PT1S ")]
    public void Other_texts_are_no_durations(string text) => IsoDuration.TryParse(text, out _).ShouldBeFalse();

    private static TheoryData<string, string> Rows(string name, Func<JsonElement, string> first, Func<JsonElement, string> second)
    {
        var data = new TheoryData<string, string>();
        foreach (var row in Recorded.GetProperty(name).EnumerateArray())
        {
            data.Add(first(row), second(row));
        }

        return data;
    }
}
