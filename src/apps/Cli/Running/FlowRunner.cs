using Kestra.Cli.Api;
using Kestra.Cli.CommandLine;

namespace Kestra.Cli.Running;

/// <summary>Runs a flow file on a server and shows what happens.</summary>
/// <param name="client">The server, which may be in this process.</param>
internal sealed class FlowRunner(CliHost host, ApiClient client)
{
    /// <summary>Looks at each source before it is sent; throws when something is wrong.</summary>
    public Action<string, string> Check { get; init; } = static (_, _) => { };

    /// <summary>Where a file of internal storage lies on this machine; null when it is on another one.</summary>
    public Func<string, string>? FileOf { get; init; }

    /// <returns>The exit code: 0 when the execution succeeded.</returns>
    public async Task<int> RunAsync(RunRequest request)
    {
        var flow = await new RunDeployment(client).DeployAsync(request.File, Check, host.Interruption.Token);
        using var body = RunInputs.Build(flow, request.Inputs, host.FullPath);
        var query = request.Labels.Count == 0 ? "" : "?" + string.Join('&', request.Labels.Select(static label => $"labels={ApiClient.Segment($"{label.Key}:{label.Value}")}"));
        var path = $"/executions/{ApiClient.Segment(flow.Text("namespace")!)}/{ApiClient.Segment(flow.Text("id")!)}{query}";
        var created = ExecutionView.Read(await client.SendJsonAsync(HttpMethod.Post, path, body, host.Interruption.Token));
        if (!request.Wait)
        {
            Started(request, created);
            return ExitCode.Success;
        }

        var screen = request.Format == OutputFormat.JSON ? RunScreen.Silent : RunScreen.Of(host.Terminal);
        screen.Line(new($"{created.Namespace}.{created.FlowId}", Colour.Bold), new($" revision {created.Revision}, execution {created.Id}"));
        var ended = await screen.ShowAsync(() => new ExecutionFollower(client, screen, host.Time).FollowAsync(created.Id, host.Interruption.Token));
        if (request.Format == OutputFormat.JSON)
        {
            host.Terminal.Json(ended.Document);
        }
        else
        {
            new RunSummary(host.Terminal, FileOf).Write(ended);
        }

        return ended.IsSuccess ? ExitCode.Success : ExitCode.Failure;
    }

    private void Started(RunRequest request, ExecutionView execution)
    {
        if (request.Format == OutputFormat.JSON)
        {
            host.Terminal.Json(execution.Document);
        }
        else
        {
            host.Terminal.Line($"Execution {execution.Id} started: {client.Server}ui/{client.Tenant}/executions/{execution.Namespace}/{execution.FlowId}/{execution.Id}");
        }
    }
}

/// <summary>What shall be run, and how it is shown.</summary>
/// <param name="File">Absolute path of the flow.</param>
/// <param name="Wait">Stay until the execution has ended.</param>
internal sealed record RunRequest(string File, IReadOnlyList<KeyValuePair<string, string>> Inputs, IReadOnlyList<KeyValuePair<string, string>> Labels, bool Wait, OutputFormat Format);
