using System.Text.Json;
using Kestra.Expressions;
using Kestra.Flows.Inputs;
using Kestra.Model.Flows;
using Kestra.Model.Json;
using NodaTime;
using Shouldly;
using Xunit;

namespace Kestra.Flows.Tests;

/// <summary>What became of each submitted input in Kestra 1.0.</summary>
public sealed class InputResolutionCasesTests
{
    private static readonly IReadOnlyList<JsonElement> Recorded = Contracts.Lines("examples/input-resolution-cases.jsonl");
    private static readonly Flow Flow = Contracts.Reader.Read(Contracts.Text("examples/input-resolution-flow.yaml"), "main").Flow!;
    private static readonly InputResolver Resolver = new(new ExpressionEngine(), encrypt: secret => secret);

    public static TheoryData<int, string> Cases()
    {
        var data = new TheoryData<int, string>();
        foreach (var (index, line) in Recorded.Index())
        {
            foreach (var result in line.GetProperty("result").EnumerateArray())
            {
                data.Add(index, result.Text("id")!);
            }
        }

        return data;
    }

    [Fact]
    public void All_results_are_there() => Cases().Count.ShouldBe(141);

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Input_resolves_as_recorded(int line, string id)
    {
        var recorded = Recorded[line].GetProperty("result").EnumerateArray().Single(result => result.Text("id") == id);
        var submitted = (IReadOnlyDictionary<string, object?>)ModelJson.ReadValue(Recorded[line].GetProperty("submitted"))!;

        var resolved = await Resolver.ResolveAsync(Flow.Inputs!, submitted, new OrderedDictionary<string, object?>(), null, TestContext.Current.CancellationToken);

        var result = resolved.Single(input => input.Input.Id == id);
        result.Enabled.ShouldBe(recorded.GetProperty("enabled").GetBoolean());
        result.IsDefault.ShouldBe(recorded.GetProperty("isDefault").GetBoolean());
        result.Error.ShouldBe(ClearTextPasses(result.Input, submitted) ? null : recorded.Text("error"));
        (result.Value is null ? null : JavaText.Of(result.Value)).ShouldBe(recorded.Text("value"));
        TypeOf(result).ShouldBeOneOf(Types(recorded.Text("valueType")));
    }

    // Kestra tests a validator of a SECRET against what it has encrypted, so that none ever passes; docs/compat.md says why this product does not.
    private static bool ClearTextPasses(InputDefinition input, IReadOnlyDictionary<string, object?> submitted) =>
        input is { Type: InputType.SECRET, Validator: { } validator } && submitted.GetValueOrDefault(input.Id) is string text && System.Text.RegularExpressions.Regex.IsMatch(text, $"^(?:{validator})$");

    private static string?[] Types(string? recorded) => recorded switch
    {
        "ListN" or "ArrayList" => ["List"],
        "LinkedHashMap" => ["Map"],
        _ => [recorded],
    };

    private static string? TypeOf(ResolvedInput result) => result.Value switch
    {
        null => null,
        string when result.Input.Type == InputType.FILE => "URI",
        string => "String",
        int => "Integer",
        float => "Float",
        bool => "Boolean",
        Instant => "Instant",
        LocalDate => "LocalDate",
        LocalTime => "LocalTime",
        Duration => "Duration",
        IReadOnlyDictionary<string, object?> => "Map",
        IReadOnlyList<object?> => "List",
        var other => other.GetType().Name,
    };
}
