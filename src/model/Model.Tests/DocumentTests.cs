using System.Text.Json;
using System.Text.Json.Nodes;
using Kestra.Model.Executions;
using Kestra.Model.Json;
using NodaTime;
using Shouldly;
using Xunit;

namespace Kestra.Model.Tests;

/// <summary>Kestra's documents, read and written again in each of the three profiles.</summary>
public sealed class DocumentTests
{
    private static readonly JsonElement Objects = Contracts.Json("examples/objects-in-three-profiles.json");

    /// <summary>By kind: reads the API's form, which has the most, and writes a profile.</summary>
    private static readonly Dictionary<string, Action<JsonElement, Utf8JsonWriter, JsonProfile>> Kinds = new(StringComparer.Ordinal)
    {
        ["log of a task"] = (json, writer, profile) => ModelJson.Write(writer, ModelJson.ReadLog(Bytes(json)), profile),
        ["log of a trigger"] = (json, writer, profile) => ModelJson.Write(writer, ModelJson.ReadLog(Bytes(json)), profile),
        ["counter metric"] = (json, writer, profile) => ModelJson.Write(writer, ModelJson.ReadMetric(Bytes(json)), profile),
        ["timer metric"] = (json, writer, profile) => ModelJson.Write(writer, ModelJson.ReadMetric(Bytes(json)), profile),
        ["trigger state"] = (json, writer, profile) => ModelJson.Write(writer, ModelJson.ReadTrigger(Bytes(json)), profile),
        ["trigger context"] = (json, writer, profile) => ModelJson.Write(writer, ModelJson.ReadTrigger(Bytes(json)), profile),
        ["flow topology"] = (json, writer, profile) => ModelJson.Write(writer, ModelJson.ReadTopology(json), profile),
        ["new execution with one task run"] = (json, writer, profile) => ModelJson.Write(writer, ModelJson.ReadExecution(json), profile),
    };

    public static TheoryData<string, string> Profiles()
    {
        var data = new TheoryData<string, string>();
        foreach (var kind in Kinds.Keys)
        {
            foreach (var profile in Enum.GetNames<JsonProfile>())
            {
                data.Add(kind, profile);
            }
        }

        return data;
    }

    public static TheoryData<string, string> Executions()
    {
        var data = new TheoryData<string, string>();
        foreach (var file in new[] { "executions.api.json", "executions.internal.json" })
        {
            foreach (var property in Contracts.Json($"examples/{file}").EnumerateObject())
            {
                data.Add(file, property.Name);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Object_is_written_as_recorded(string kind, string profile)
    {
        var recorded = Objects.GetProperty(kind);

        var written = Contracts.Written(writer => Kinds[kind](recorded.GetProperty("api"), writer, Enum.Parse<JsonProfile>(profile)));

        WithoutRunningDurations(written).ShouldBe(WithoutRunningDurations(Contracts.Canonical(recorded.GetProperty(profile.ToLowerInvariant()))));
    }

    [Theory]
    [InlineData(JsonProfile.Internal, "internal")]
    [InlineData(JsonProfile.Database, "database")]
    [InlineData(JsonProfile.Api, "api")]
    public void Date_with_a_zone_is_written_as_recorded(JsonProfile profile, string name)
    {
        var date = new LocalDateTime(2024, 1, 2, 2, 4, 5).InZoneStrictly(DateTimeZoneProviders.Tzdb["Europe/Paris"]);
        var execution = Execution() with { Trigger = new ExecutionTrigger("t", "io.kestra.plugin.core.trigger.Schedule", new OrderedDictionary<string, object?> { ["date"] = date }) };

        using var written = JsonDocument.Parse(ModelJson.Serialize(execution, profile));

        Contracts.Canonical(written.RootElement.GetProperty("trigger")).ShouldBe(Contracts.Canonical(Objects.GetProperty("execution trigger (zoned date)").GetProperty(name)));
    }

    [Theory]
    [MemberData(nameof(Executions))]
    public void Execution_is_read_and_written_without_a_change(string file, string name)
    {
        var recorded = Contracts.Json($"examples/{file}").GetProperty(name);
        var profile = file == "executions.api.json" ? JsonProfile.Api : JsonProfile.Internal;
        foreach (var document in recorded.ValueKind == JsonValueKind.Array ? recorded.EnumerateArray().ToArray() : [recorded])
        {
            Contracts.Written(writer => ModelJson.Write(writer, ModelJson.ReadExecution(document), profile)).ShouldBe(Contracts.Canonical(document));
        }
    }

    [Fact]
    public void Execution_with_every_kind_of_input_is_read_and_written_without_a_change()
    {
        var recorded = Contracts.Json("examples/execution-every-input-type.internal.json");

        Contracts.Written(writer => ModelJson.Write(writer, ModelJson.ReadExecution(recorded), JsonProfile.Internal)).ShouldBe(Contracts.Canonical(recorded));
    }

    [Theory]
    [InlineData(JsonProfile.Api, "\"PT10.889125436S\"")]
    [InlineData(JsonProfile.Internal, "10.889125436")]
    public void State_that_goes_on_has_lasted_up_to_now(JsonProfile profile, string duration)
    {
        var created = Instant.FromUtc(2026, 11, 21, 9, 32, 40);
        var execution = Execution() with { State = State.Created(created) };

        var written = Contracts.Written(writer => ModelJson.Write(writer, execution, profile, created + Duration.FromNanoseconds(10_889_125_436L)));

        written.ShouldContain($"\"duration\": {duration}");
    }

    [Theory]
    [InlineData("t", "t", null)]
    [InlineData("task.val.x", "task", "val.x")]
    public void Breakpoint_is_split_at_the_first_dot(string text, string id, string? value)
    {
        Breakpoint.Parse(text).ShouldBe(new Breakpoint(id, value));
        Breakpoint.Parse(text).ToString().ShouldBe(text);
    }

    [Fact]
    public void Breakpoint_is_written_as_recorded()
    {
        using var written = JsonDocument.Parse(ModelJson.Serialize(Execution() with { Breakpoints = [Breakpoint.Parse("t")] }, JsonProfile.Api));

        Contracts.Canonical(written.RootElement.GetProperty("breakpoints")[0]).ShouldBe(Contracts.Canonical(Objects.GetProperty("breakpoint").GetProperty("api")));
    }

    [Fact]
    public void Unknown_and_older_properties_are_passed_over()
    {
        var document = JsonNode.Parse(Contracts.Json("examples/executions.api.json").GetProperty("plain success with flow output").GetRawText())!;
        document["unknown"] = 1;
        document["taskRunList"]![0]!["items"] = "x";
        document["taskRunList"]![0]!["attempts"]![0]!["metrics"] = new JsonArray();

        var execution = ModelJson.ReadExecution(System.Text.Encoding.UTF8.GetBytes(document.ToJsonString()));

        execution.TaskRunList!.Count.ShouldBe(1);
    }

    [Fact]
    public void Empty_inputs_and_outputs_are_left_out_and_nulls_inside_stay()
    {
        var empty = new OrderedDictionary<string, object?>();
        var execution = Execution() with { Inputs = new OrderedDictionary<string, object?> { ["a"] = null }, Outputs = empty, Labels = [], Variables = new OrderedDictionary<string, object?> { ["v"] = null } };

        using var written = JsonDocument.Parse(ModelJson.Serialize(execution, JsonProfile.Api));

        written.RootElement.GetProperty("inputs").GetRawText().ShouldBe("{\"a\":null}");
        written.RootElement.TryGetProperty("outputs", out _).ShouldBeFalse();
        written.RootElement.GetProperty("labels").GetRawText().ShouldBe("[]");
        written.RootElement.GetProperty("variables").GetRawText().ShouldBe("{}");
    }

    private static Execution Execution() => new() { TenantId = "main", Id = "EX", Namespace = "a.b", FlowId = "f", State = State.Created(NodaConstants.UnixEpoch) };

    private static byte[] Bytes(JsonElement json) => System.Text.Encoding.UTF8.GetBytes(json.GetRawText());

    // How long a state has lasted that goes on depends on when it was written.
    private static string WithoutRunningDurations(string canonical) =>
        string.Join('\n', canonical.Split('\n').Where(line => !line.TrimStart().StartsWith("\"duration\"", StringComparison.Ordinal)));
}
