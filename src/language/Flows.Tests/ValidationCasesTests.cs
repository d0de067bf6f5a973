using System.Text.Json;
using Kestra.Flows.Review;
using Shouldly;
using Xunit;

namespace Kestra.Flows.Tests;

/// <summary>What Kestra 1.0 answers to flows that are to be validated. No other flow is stored.</summary>
public sealed class ValidationCasesTests
{
    private static readonly Dictionary<string, JsonElement> Recorded = Contracts.Lines("examples/flow-validation-cases.jsonl").ToDictionary(line => line.Text("case")!, StringComparer.Ordinal);

    public static TheoryData<string> Cases() => [.. Recorded.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Answer_is_the_recorded_one(string name)
    {
        var recorded = Recorded[name];
        var reading = Contracts.Reader.Read(recorded.Text("source")!, "main");

        var review = await FlowReviewer.ReviewAsync(reading, Contracts.Catalog, null, (_, _, _) => ValueTask.FromResult(FlowPresence.Missing), TestContext.Current.CancellationToken);

        Told(review.Constraints).ShouldBe(Told(recorded.Text("constraints")));
        (review.Constraints is null).ShouldBe(recorded.GetProperty("valid").GetBoolean());
        review.Warnings.ShouldBe(recorded.Texts("warnings"));
        review.Infos.ShouldBe(recorded.Texts("infos"));
        review.DeprecationPaths.ShouldBe(recorded.Texts("deprecationPaths"), ignoreOrder: true);
        review.Outdated.ShouldBe(recorded.TryGetProperty("outdated", out var outdated) && outdated.GetBoolean());
    }

    [Fact]
    public void All_cases_are_there() => Recorded.Count.ShouldBe(82);

    // Broken rules have no order; everything else is one text.
    private static string? Told(string? constraints) => constraints is not null && constraints.EndsWith('\n')
        ? string.Join('\n', constraints["Validation error: ".Length..].Split('\n').Order(StringComparer.Ordinal))
        : constraints;
}
