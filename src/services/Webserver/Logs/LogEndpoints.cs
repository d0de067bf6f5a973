using System.Globalization;
using System.Text;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Model.Json;
using Kestra.Model.Logs;
using Kestra.Storage;
using Kestra.Storage.Logs;
using Kestra.Storage.Queries;
using Kestra.Webserver.Executions;
using Kestra.Webserver.Queries;
using Kestra.Webserver.Requests;
using Kestra.Webserver.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using NodaTime.Text;

namespace Kestra.Webserver.Logs;

/// <summary>Logs and metrics.</summary>
internal sealed class LogEndpoints(IStore store, ExecutionDesk desk, FilterReader filters, ILogFollow follow, WebserverOptions options) : IEndpointGroup
{
    private const int Batch = 1000;
    private static readonly string[] Sortable = ["timestamp"];
    private static readonly string[] MetricSortable = ["name", "value", "timestamp"];

    public void Map(IEndpointRouteBuilder api)
    {
        var logs = api.MapGroup("/{tenant}/logs");
        logs.Get("/search", SearchAsync);
        logs.Get("/{executionId}", ListAsync);
        logs.Get("/{executionId}/download", DownloadAsync).Produces("text/plain");
        logs.Get("/{executionId}/follow", FollowAsync).Produces(EventStream.ContentType);
        logs.Delete("/{executionId}", DeleteAsync);
        logs.Delete("/{namespace}/{flowId}", DeleteByFlowAsync);
        api.Get("/{tenant}/metrics/{executionId}", MetricsAsync);
    }

    private async Task SearchAsync(HttpContext http)
    {
        var request = PageReader.Read(http, "searchLogs", Sortable, [new SortField("timestamp", Descending: true)]);
        var page = await store.Logs.SearchAsync(http.Tenant(), filters.Read(http, FilterResource.LOG), request, http.RequestAborted);
        await Answers.PageAsync(http, page.Results, page.Total, static (writer, entry) => ModelJson.Write(writer, entry, JsonProfile.Api));
    }

    private async Task ListAsync(HttpContext http)
    {
        var query = QueryOf(http);
        var entries = new List<LogEntry>();
        await foreach (var entry in ReadAsync(http, query))
        {
            entries.Add(entry);
        }

        await Answers.ListAsync(http, entries, static (writer, entry) => ModelJson.Write(writer, entry, JsonProfile.Api));
    }

    private async Task DownloadAsync(HttpContext http)
    {
        var query = QueryOf(http);
        http.Response.ContentType = "text/plain";
        if ((await desk.FindAsync(http.Tenant(), http.Route("executionId"), http.RequestAborted))?.State.Current.IsTerminated == true)
        {
            Answers.KeepForADay(http);
        }
        else
        {
            http.Response.Headers.CacheControl = "no-cache";
        }

        Answers.Attachment(http, $"{http.Route("executionId")}.log");
        var first = true;
        await foreach (var entry in ReadAsync(http, query))
        {
            await http.Response.WriteAsync(first ? Line(entry) : "\n" + Line(entry), Encoding.UTF8, http.RequestAborted);
            first = false;
        }
    }

    private async Task FollowAsync(HttpContext http)
    {
        var level = QueryOf(http).MinLevel;
        var execution = await desk.RequireAsync(http.Tenant(), http.Route("executionId"), http.RequestAborted);
        var stream = new EventStream(http);
        await stream.SendAsync("start", static writer =>
        {
            writer.WriteStartObject();
            writer.WriteNull("attemptNumber"u8);
            writer.WriteBoolean("deleted"u8, false);
            writer.WriteEndObject();
        });
        await foreach (var entry in follow.FollowAsync(execution.TenantId, execution.Id, level, http.RequestAborted))
        {
            await stream.SendAsync("progress", writer => ModelJson.Write(writer, entry, JsonProfile.Api));
        }

        // A browser would connect again to a stream that ends, and show everything twice; closing it is the client's.
        await stream.HoldAsync(options.StreamPatience);
    }

    private async Task DeleteAsync(HttpContext http)
    {
        await store.Logs.DeleteAsync(http.Tenant(), http.Route("executionId"), QueryOf(http), http.RequestAborted);
        await Answers.Empty(http, StatusCodes.Status200OK);
    }

    private async Task DeleteByFlowAsync(HttpContext http)
    {
        await store.Logs.DeleteByFlowAsync(http.Tenant(), http.Route("namespace"), http.Route("flowId"), http.RequiredQuery("triggerId"), http.RequestAborted);
        await Answers.Empty(http, StatusCodes.Status200OK);
    }

    private async Task MetricsAsync(HttpContext http)
    {
        var request = PageReader.Read(http, "searchByExecution", MetricSortable);
        var page = await store.Metrics.FindByExecutionAsync(http.Tenant(), http.Route("executionId"), http.Query("taskRunId"), http.Query("taskId"), request, http.RequestAborted);
        await Answers.PageAsync(http, page.Results, page.Total, static (writer, entry) => ModelJson.Write(writer, entry, JsonProfile.Api));
    }

    private async IAsyncEnumerable<LogEntry> ReadAsync(HttpContext http, LogQuery query)
    {
        for (var after = 0L; ;)
        {
            var batch = await store.Logs.ReadExecutionAsync(http.Tenant(), http.Route("executionId"), query, after, Batch, http.RequestAborted);
            foreach (var (position, entry) in batch)
            {
                after = position;
                yield return entry;
            }

            if (batch.Count < Batch)
            {
                yield break;
            }
        }
    }

    private static LogQuery QueryOf(HttpContext http) => new(http.Constant<LogLevel>("minLevel", "org.slf4j.event.Level"), http.Query("taskRunId"), http.Query("taskId"), http.Integer("attempt"));

    private static string Line(LogEntry entry) => string.Create(CultureInfo.InvariantCulture, $"{InstantPattern.ExtendedIso.Format(entry.Timestamp)} {entry.Level} {entry.Message}");
}
