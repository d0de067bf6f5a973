namespace Kestra.Scenarios;

/// <summary>Neighbours of the recorded cases, worked out from the rules (see <see cref="StatedCase"/>).</summary>
[Collection("Runs in memory")]
public sealed class StatedCaseTests(StatedRuns runs) : IClassFixture<StatedRuns>
{
    public static TheoryData<string> Cases => [.. StatedCase.Names];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_case_comes_out_as_the_rules_say(string name)
    {
        var stated = StatedCase.Read(name);
        stated.Rules.ShouldNotBeEmpty("a case names the rules that it holds");
        Trace.Of(await runs.OfAsync(name)).ShouldBe(stated.Expected, stated.Rules);
    }
}

public sealed class StatedRuns : RunsInMemory
{
    internal override IEnumerable<Recording> Recordings => StatedCase.Names.Select(name => StatedCase.Read(name).Recording);
}
