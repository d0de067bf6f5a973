using System.Text.Json.Nodes;

namespace Kestra.Scenarios;

/// <summary>What the original did, done by this server: every recorded case, on every store.</summary>
public abstract class RecordedExecutionTests(RecordedRuns runs)
{
    public static TheoryData<string> Cases => [.. Recording.Names];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Recorded_execution_comes_out_the_same(string name)
    {
        if (!Recording.Open.Contains(name))
        {
            Compare(await runs.OfAsync(name), Recording.Read(name).Expected);
            return;
        }

        var passes = false;
        try
        {
            passes = NormalExecution.Text(await runs.OfAsync(name)) == NormalExecution.Text(Recording.Read(name).Expected);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(error.Message);
        }

        passes.ShouldBeFalse("the case is listed in open-cases.txt and passes: take it out");
    }

    private static void Compare(JsonObject actual, JsonNode expected) => NormalExecution.Text(actual).ShouldBe(NormalExecution.Text(expected));
}

public sealed class RecordedExecutionsOnSqlite(RunsOnSqlite runs) : RecordedExecutionTests(runs), IClassFixture<RunsOnSqlite>;

// Cases of a second or less depend on a machine that has time for them: they do not run beside the stated ones.
[Collection("Runs in memory")]
public sealed class RecordedExecutionsInMemory(RunsInMemory runs) : RecordedExecutionTests(runs), IClassFixture<RunsInMemory>;

[Collection("Runs in memory")]
public sealed class RecordedExecutionsOnTwoServers(RunsOnTwoServers runs) : RecordedExecutionTests(runs), IClassFixture<RunsOnTwoServers>;
