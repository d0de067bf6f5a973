using System.Text.Json;
using System.Threading.Channels;
using Kestra.Model;
using Kestra.Model.Executions;
using Kestra.Model.Json;
using Kestra.Storage;
using Kestra.Storage.Queries;
using Kestra.Webserver.Flows;
using Kestra.Webserver.Requests;
using Kestra.Webserver.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kestra.Webserver.Executions;

/// <summary>Executions as streams of events.</summary>
internal sealed class ExecutionFollowEndpoints(IStore store, ExecutionDesk desk, FlowTopology topology, WebserverOptions options, TimeProvider time) : IEndpointGroup
{
    /// <summary>Executions of one correlation that a stream follows.</summary>
    private const int MaxFollowed = 1000;

    // Nothing tells of an execution that is about to begin, so this one looks again.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    public void Map(IEndpointRouteBuilder api)
    {
        api.Get("/{tenant}/executions/{id}/follow", FollowAsync).Produces(EventStream.ContentType);
        api.Get("/{tenant}/executions/{id}/follow-dependencies", FollowDependenciesAsync).Produces(EventStream.ContentType);
    }

    private async Task FollowAsync(HttpContext http)
    {
        var (tenant, id) = (http.Tenant(), http.Route("id"));
        var first = await ArriveAsync(http, tenant, id);
        var stream = new EventStream(http);
        await stream.SendAsync("start", writer => WriteStart(writer, first));
        Execution? last = null;
        await foreach (var execution in desk.FollowAsync(tenant, id, http.RequestAborted))
        {
            // A terminal state is held back: only when no other comes is it known to be the end.
            if (last is { } shown)
            {
                await SendAsync(stream, "progress", shown);
            }

            last = execution.State.Current.IsTerminated ? execution : null;
            if (last is null)
            {
                await SendAsync(stream, "progress", execution);
            }
        }

        await SendAsync(stream, "end", last ?? await desk.RequireAsync(tenant, id, http.RequestAborted));
    }

    private async Task FollowDependenciesAsync(HttpContext http)
    {
        var (tenant, id) = (http.Tenant(), http.Route("id"));
        var root = await ArriveAsync(http, tenant, id);
        var graph = await topology.OfFlowAsync(tenant, root.Namespace, root.FlowId, http.Flag("destinationOnly"), http.Flag("expandAll"), http.RequestAborted);
        var flows = graph.Flows.Append((root.Namespace, root.FlowId)).ToHashSet();
        var correlation = (root.Labels ?? []).FirstOrDefault(static label => label.Key == Label.CorrelationId).Value ?? root.Id;
        var stream = new EventStream(http);
        await stream.SendAsync("start", writer => WriteStart(writer, root));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        var events = Channel.CreateBounded<(string Kind, Execution Execution)>(64);
        var last = root;
        var followers = FollowAllAsync(tenant, root, correlation, flows, events.Writer, stop.Token);
        try
        {
            await foreach (var (kind, execution) in events.Reader.ReadAllAsync(http.RequestAborted))
            {
                last = execution;
                await stream.SendAsync(kind, writer => WriteStatus(writer, execution));
            }
        }
        finally
        {
            await stop.CancelAsync();
            await followers.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await stream.SendAsync("end-all", writer => WriteStatus(writer, last));
    }

    // Follows the root and what it leads to; looks again for further executions each time that one has ended.
    private async Task FollowAllAsync(string tenant, Execution root, string correlation, HashSet<(string Namespace, string FlowId)> flows, ChannelWriter<(string, Execution)> events, CancellationToken cancellationToken)
    {
        try
        {
            var seen = new HashSet<string>(StringComparer.Ordinal) { root.Id };
            var open = new List<Task> { FollowOneAsync(tenant, root.Id, events, cancellationToken) };
            while (open.Count > 0)
            {
                foreach (var found in await RelatedAsync(tenant, correlation, cancellationToken))
                {
                    if (flows.Contains((found.Namespace, found.FlowId)) && seen.Count < MaxFollowed && seen.Add(found.Id))
                    {
                        open.Add(FollowOneAsync(tenant, found.Id, events, cancellationToken));
                    }
                }

                await Task.WhenAny(open.Append(Task.Delay(Interval, time, cancellationToken)));
                cancellationToken.ThrowIfCancellationRequested();
                foreach (var done in open.Where(static task => task.IsCompleted).ToList())
                {
                    open.Remove(done);
                    await done;
                }
            }

            events.Complete();
        }
        catch (Exception error)
        {
            events.Complete(error);
        }
    }

    private async Task FollowOneAsync(string tenant, string id, ChannelWriter<(string, Execution)> events, CancellationToken cancellationToken)
    {
        Execution? last = null;
        await foreach (var execution in desk.FollowAsync(tenant, id, cancellationToken))
        {
            last = execution;
            if (!execution.State.Current.IsTerminated)
            {
                await events.WriteAsync(("progress", execution), cancellationToken);
            }
        }

        if (last is not null)
        {
            await events.WriteAsync(("end", last), cancellationToken);
        }
    }

    private async Task<IEnumerable<Execution>> RelatedAsync(string tenant, string correlation, CancellationToken cancellationToken)
    {
        QueryFilter[] wanted = [new(FilterField.LABELS, FilterOperation.EQUALS, new List<Label> { new(Label.CorrelationId, correlation) })];
        var page = await store.Executions.SearchAsync(tenant, wanted, new PageRequest(1, MaxFollowed), cancellationToken);
        return page.Results.Select(static document => ModelJson.ReadExecution(document.Span));
    }

    private async Task<Execution> ArriveAsync(HttpContext http, string tenant, string id)
    {
        for (var until = time.GetUtcNow() + options.FollowPatience; ;)
        {
            if (await desk.FindAsync(tenant, id, http.RequestAborted) is { } execution)
            {
                return execution;
            }

            if (time.GetUtcNow() >= until)
            {
                throw Errors.ApiException.NotFound($"Unable to find the execution {id}");
            }

            await Task.Delay(Interval, time, http.RequestAborted);
        }
    }

    private static Task SendAsync(EventStream stream, string kind, Execution execution) => stream.SendAsync(kind, writer => ModelJson.Write(writer, execution, JsonProfile.Api));

    // Says no more than that the stream is open.
    private static void WriteStart(Utf8JsonWriter writer, Execution execution)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, execution.Id);
        writer.WriteStartArray("labels"u8);
        writer.WriteEndArray();
        writer.WriteString("originalId"u8, execution.Id);
        writer.WriteBoolean("deleted"u8, false);
        writer.WriteStartObject("metadata"u8);
        writer.WriteNumber("attemptNumber"u8, 1);
        writer.WriteString("originalCreatedDate"u8, NodaTime.Text.InstantPattern.ExtendedIso.Format(execution.State.StartDate));
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteStatus(Utf8JsonWriter writer, Execution execution)
    {
        using var document = JsonDocument.Parse(ModelJson.Serialize(execution with { TaskRunList = null, Inputs = null, Outputs = null, Variables = null, Trigger = null }, JsonProfile.Api), ModelJson.DocumentOptions);
        writer.WriteStartObject();
        writer.WriteString("executionId"u8, execution.Id);
        writer.WriteString("tenantId"u8, execution.TenantId);
        writer.WriteString("namespace"u8, execution.Namespace);
        writer.WriteString("flowId"u8, execution.FlowId);
        writer.WritePropertyName("state"u8);
        document.RootElement.GetProperty("state").WriteTo(writer);
        writer.WriteEndObject();
    }
}
