using System.CommandLine;
using System.Text.Json;
using Kestra.Cli.Api;
using Kestra.Cli.CommandLine;

namespace Kestra.Cli.Flows;

/// <summary><c>flow create</c>: a new flow from a file.</summary>
internal sealed class FlowCreateCommand : ApiCommand
{
    private readonly Parameter<string> file = Settings.Required("flowFile", "The file containing the flow.");
    private readonly Setting<OutputFormat> format = OutputFormats.Option();

    public FlowCreateCommand()
        : base("create", "Create a single flow")
    {
        Add(file);
        Add(format);
    }

    protected override async Task<int> RunAsync(Invocation invocation, ApiClient client)
    {
        var source = await FlowFiles.ReadAsync(invocation.Host.FullPath(invocation.Get(file)), invocation.CancellationToken);
        var flow = await client.SendJsonAsync(HttpMethod.Post, "/flows", ApiClient.YamlContent(source), invocation.CancellationToken);
        return FlowOutput.Done(invocation, invocation.Get(format), flow, "Flow successfully created !");
    }
}

/// <summary><c>flow update</c>: a further revision of a flow from a file.</summary>
internal sealed class FlowUpdateCommand : ApiCommand
{
    private readonly Parameter<string> file = Settings.Required("flowFile", "The file containing the flow.");
    private readonly Parameter<string> ns = Settings.Required("namespace", "The namespace of the flow.");
    private readonly Parameter<string> id = Settings.Required("id", "The id of the flow.");
    private readonly Setting<OutputFormat> format = OutputFormats.Option();

    public FlowUpdateCommand()
        : base("update", "Update a single flow")
    {
        Add(file);
        Add(ns);
        Add(id);
        Add(format);
    }

    protected override async Task<int> RunAsync(Invocation invocation, ApiClient client)
    {
        var source = await FlowFiles.ReadAsync(invocation.Host.FullPath(invocation.Get(file)), invocation.CancellationToken);
        var path = $"/flows/{ApiClient.Segment(invocation.Get(ns))}/{ApiClient.Segment(invocation.Get(id))}";
        var flow = await client.SendJsonAsync(HttpMethod.Put, path, ApiClient.YamlContent(source), invocation.CancellationToken);
        return FlowOutput.Done(invocation, invocation.Get(format), flow, "Flow successfully updated !");
    }
}

/// <summary><c>flow delete</c>.</summary>
internal sealed class FlowDeleteCommand : ApiCommand
{
    private readonly Parameter<string> ns = Settings.Required("namespace", "The namespace of the flow.");
    private readonly Parameter<string> id = Settings.Required("id", "The id of the flow.");

    public FlowDeleteCommand()
        : base("delete", "Delete a single flow")
    {
        Add(ns);
        Add(id);
    }

    protected override async Task<int> RunAsync(Invocation invocation, ApiClient client)
    {
        var path = $"/flows/{ApiClient.Segment(invocation.Get(ns))}/{ApiClient.Segment(invocation.Get(id))}";
        using var response = await client.SendAsync(HttpMethod.Delete, path, null, invocation.CancellationToken);
        invocation.Terminal.Line("Flow successfully deleted !");
        return ExitCode.Success;
    }
}

/// <summary>Answers of the server about flows.</summary>
internal static class FlowOutput
{
    public static int Done(Invocation invocation, OutputFormat format, JsonElement answer, string sentence)
    {
        if (format == OutputFormat.JSON)
        {
            invocation.Terminal.Json(answer);
        }
        else
        {
            invocation.Terminal.Line(sentence);
        }

        return ExitCode.Success;
    }

    /// <summary>The number of flows and a line for each.</summary>
    public static int Updated(Invocation invocation, OutputFormat format, JsonElement answer, Func<int, string> sentence)
    {
        if (format == OutputFormat.JSON)
        {
            invocation.Terminal.Json(answer);
            return ExitCode.Success;
        }

        var flows = answer.ValueKind == JsonValueKind.Array ? answer.EnumerateArray().ToList() : [];
        invocation.Terminal.Line(sentence(flows.Count));
        foreach (var flow in flows)
        {
            invocation.Terminal.Line($"- {flow.Text("namespace")}.{flow.Text("id")}");
        }

        return ExitCode.Success;
    }
}
