using System.Globalization;
using Kestra.Cli.Api;
using Kestra.Cli.CommandLine;
using Kestra.Cli.Running;

namespace Kestra.Cli.Executions;

/// <summary><c>execution list</c>: the newest executions.</summary>
internal sealed class ExecutionListCommand : ApiCommand
{
    private const int DefaultSize = 25;

    private readonly Setting<string?> ns = Settings.Text("Only executions of this namespace and those below it.", "namespace", "--namespace");
    private readonly Setting<string?> flow = Settings.Text("Only executions of this flow.", "flowId", "--flow");
    private readonly Setting<string?> state = Settings.Text("Only executions in this state.", "state", "--state");
    private readonly Setting<int?> size = Settings.Integer("How many to show.", "size", DefaultSize.ToString(CultureInfo.InvariantCulture), "--size");
    private readonly Setting<OutputFormat> format = OutputFormats.Option();

    public ExecutionListCommand()
        : base("list", "List executions, newest first", "execution")
    {
        Add(ns);
        Add(flow);
        Add(state);
        Add(size);
        Add(format);
    }

    protected override async Task<int> RunAsync(Invocation invocation, ApiClient client)
    {
        var query = string.Create(CultureInfo.InvariantCulture, $"/executions/search?page=1&size={invocation.Get(size) ?? DefaultSize}&sort=state.startDate:desc");
        query += Filter("namespace", "PREFIX", invocation.Get(ns)) + Filter("flowId", "EQUALS", invocation.Get(flow)) + Filter("state", "EQUALS", invocation.Get(state)?.ToUpperInvariant());
        var answer = await client.SendJsonAsync(HttpMethod.Get, query, null, invocation.CancellationToken);
        if (invocation.Get(format) == OutputFormat.JSON)
        {
            invocation.Terminal.Json(answer.GetProperty("results"));
            return ExitCode.Success;
        }

        TextTable.Write(invocation.Terminal, ["ID", "FLOW", "STATE", "STARTED", "DURATION"], answer.GetProperty("results").EnumerateArray().Select(static item =>
        {
            var execution = ExecutionView.Read(item);
            return new[] { execution.Id, $"{execution.Namespace}.{execution.FlowId}", execution.State, item.GetProperty("state").Text("startDate") ?? "", execution.IsEnded ? RunProgress.Text(execution.Duration) : "" };
        }));
        return ExitCode.Success;
    }

    private static string Filter(string field, string operation, string? value) => value is { Length: > 0 } ? $"&filters[{field}][{operation}]={ApiClient.Segment(value)}" : "";
}

/// <summary><c>execution get</c>: one execution as JSON.</summary>
internal sealed class ExecutionGetCommand : ApiCommand
{
    private readonly Parameter<string> id = Settings.Required("id", "The id of the execution.");

    public ExecutionGetCommand()
        : base("get", "Show an execution as JSON", "execution") => Add(id);

    protected override async Task<int> RunAsync(Invocation invocation, ApiClient client)
    {
        invocation.Terminal.Json(await client.SendJsonAsync(HttpMethod.Get, $"/executions/{ApiClient.Segment(invocation.Get(id))}", null, invocation.CancellationToken));
        return ExitCode.Success;
    }
}

/// <summary><c>execution follow</c>: watches an execution to its end.</summary>
internal sealed class ExecutionFollowCommand : ApiCommand
{
    private readonly Parameter<string> id = Settings.Required("id", "The id of the execution.");

    public ExecutionFollowCommand()
        : base("follow", "Show the states and logs of an execution until it has ended", "execution") => Add(id);

    protected override async Task<int> RunAsync(Invocation invocation, ApiClient client)
    {
        var screen = RunScreen.Of(invocation.Terminal);
        // Whoever only looks on does not kill: the interruption just ends the program.
        var following = screen.ShowAsync(() => new ExecutionFollower(client, screen, invocation.Host.Time).FollowAsync(invocation.Get(id), CancellationToken.None));
        var ended = await following.WaitAsync(invocation.CancellationToken);
        new RunSummary(invocation.Terminal, null).Write(ended);
        return ended.IsSuccess ? ExitCode.Success : ExitCode.Failure;
    }
}

/// <summary><c>execution logs</c>: the log as text.</summary>
internal sealed class ExecutionLogsCommand : ApiCommand
{
    private readonly Parameter<string> id = Settings.Required("id", "The id of the execution.");
    private readonly Setting<LogLevelName> level = Settings.Choice("Lowest level to show (TRACE, DEBUG, INFO, WARN, ERROR).", "minLevel", LogLevelName.INFO, "--min-level");

    public ExecutionLogsCommand()
        : base("logs", "Print the log of an execution", "execution")
    {
        Add(id);
        Add(level);
    }

    protected override async Task<int> RunAsync(Invocation invocation, ApiClient client)
    {
        using var response = await client.SendAsync(HttpMethod.Get, $"/logs/{ApiClient.Segment(invocation.Get(id))}/download?minLevel={invocation.Get(level)}", null, invocation.CancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(invocation.CancellationToken));
        while (await reader.ReadLineAsync(invocation.CancellationToken) is { } line)
        {
            invocation.Terminal.Line(line);
        }

        return ExitCode.Success;
    }
}

/// <summary>An action on one execution: kill, pause, restart, replay.</summary>
/// <param name="path">Below the execution, with the HTTP method before it.</param>
/// <param name="done">What to say afterwards; <c>{0}</c> is the id.</param>
internal sealed class ExecutionActionCommand : ApiCommand
{
    private readonly Parameter<string> id = Settings.Required("id", "The id of the execution.");
    private readonly HttpMethod method;
    private readonly string done;

    public ExecutionActionCommand(string name, string description, HttpMethod method, string done)
        : base(name, description, "execution")
    {
        this.method = method;
        this.done = done;
        Add(id);
    }

    protected override async Task<int> RunAsync(Invocation invocation, ApiClient client)
    {
        var execution = invocation.Get(id);
        var answer = await client.SendJsonAsync(method, $"/executions/{ApiClient.Segment(execution)}/{Name}", null, invocation.CancellationToken);
        invocation.Terminal.Line(string.Format(CultureInfo.InvariantCulture, done, answer.Text("id") ?? execution));
        return ExitCode.Success;
    }
}

/// <summary><c>execution resume</c>: lets a paused execution go on.</summary>
internal sealed class ExecutionResumeCommand : ApiCommand
{
    private readonly Parameter<string> id = Settings.Required("id", "The id of the execution.");
    private readonly Setting<KeyValuePair<string, string>[]> inputs = Settings.Pairs("An input that the pause asks for.", "name=value", "-i", "--inputs");

    public ExecutionResumeCommand()
        : base("resume", "Let a paused execution go on", "execution")
    {
        Add(id);
        Add(inputs);
    }

    protected override async Task<int> RunAsync(Invocation invocation, ApiClient client)
    {
        using var body = new MultipartFormDataContent();
        foreach (var (name, value) in invocation.Get(inputs))
        {
            body.Add(new StringContent(value), name);
        }

        using var response = await client.SendAsync(HttpMethod.Post, $"/executions/{ApiClient.Segment(invocation.Get(id))}/resume", invocation.Get(inputs).Length > 0 ? body : null, invocation.CancellationToken);
        invocation.Terminal.Line($"Execution {invocation.Get(id)} resumed");
        return ExitCode.Success;
    }
}
