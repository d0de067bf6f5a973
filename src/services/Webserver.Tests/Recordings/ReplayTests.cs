using Kestra.Webserver.Tests.Running;

namespace Kestra.Webserver.Tests.Recordings;

/// <summary>
/// Sends what was recorded to a server of ours and compares the answers. A recording that is not met has to be named in
/// <c>deviations.csv</c>, and one that is named has to differ.
/// </summary>
public abstract class ReplayTests(string group)
{
    protected async Task ReplayAsync(Func<WebserverOptions, WebserverOptions>? options = null)
    {
        var wrong = new List<string>();
        await using var server = await TestServer.StartAsync(options);
        var preparations = new Preparations(server);
        foreach (var recording in Recording.All.Where(recording => Groups.Of(recording) == group))
        {
            var difference = await DifferenceAsync(server, preparations, recording);
            var deviation = Deviation.All.GetValueOrDefault(recording.Title);
            if (difference is not null && deviation is null)
            {
                wrong.Add($"{recording.Title} ({recording.Method} {recording.Path}): {difference}");
            }
            else if (difference is null && deviation is not null)
            {
                wrong.Add($"{recording.Title}: is met now, though deviations.csv names it");
            }
        }

        wrong.ShouldBeEmpty(string.Join(Environment.NewLine, wrong));
    }

    private static async Task<string?> DifferenceAsync(TestServer server, Preparations preparations, Recording recording)
    {
        try
        {
            var values = await preparations.ForAsync(recording);
            return Expectation.Compare(recording, await recording.SendAsync(server, values));
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return $"{error.GetType().Name}: {error.Message}";
        }
    }
}

public sealed class FlowRecordings() : ReplayTests("flows")
{
    [Fact]
    public Task Flows_are_answered_as_recorded() => ReplayAsync();
}

public sealed class FlowSourceRecordings() : ReplayTests("sources")
{
    [Fact]
    public Task Searches_in_sources_are_answered_as_recorded() => ReplayAsync();
}

public sealed class ExecutionRecordings() : ReplayTests("executions")
{
    [Fact]
    public Task Executions_are_answered_as_recorded() => ReplayAsync();
}

public sealed class TriggerRecordings() : ReplayTests("triggers")
{
    [Fact]
    public Task Triggers_are_answered_as_recorded() => ReplayAsync();
}

public sealed class NamespaceRecordings() : ReplayTests("namespaces")
{
    [Fact]
    public Task Namespaces_files_and_keys_are_answered_as_recorded() => ReplayAsync();
}

public sealed class LogRecordings() : ReplayTests("logs")
{
    [Fact]
    public Task Logs_and_metrics_are_answered_as_recorded() => ReplayAsync();
}

public sealed class InstanceRecordings() : ReplayTests("instance")
{
    [Fact]
    public Task The_rest_is_answered_as_recorded() => ReplayAsync();
}

public sealed class LoginRecordings() : ReplayTests("login")
{
    [Fact]
    public Task Credentials_are_asked_for_as_recorded() => ReplayAsync(static options => options with { Authentication = true });
}

public sealed class SetUpRecordings() : ReplayTests("set-up")
{
    [Fact]
    public Task The_first_credentials_are_checked_as_recorded() => ReplayAsync(static options => options with { Authentication = true });
}

public sealed class RecordingListTests
{
    [Fact]
    public void Every_deviation_names_a_recording() =>
        Deviation.All.Keys.Except(Recording.All.Select(static recording => recording.Title)).ShouldBeEmpty();
}
