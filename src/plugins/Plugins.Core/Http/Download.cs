using System.Globalization;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Http;

/// <summary>Stores the answer of a request as a file.</summary>
[Plugin("io.kestra.plugin.core.http.Download", Aliases = ["io.kestra.plugin.fs.http.Download"], Title = "Download a file from a HTTP server.")]
[PluginOutput("uri", typeof(Uri), Title = "The URI of the downloaded file on Kestra's internal storage.")]
[PluginOutput("code", typeof(int), Title = "The status code of the response.")]
[PluginOutput("length", typeof(long), Title = "The content-length of the response.")]
[PluginOutput("headers", typeof(IReadOnlyDictionary<string, IReadOnlyList<string>>), Title = "The headers of the response.")]
[PluginMetric("response.length", "counter")]
public sealed class Download : HttpRequestDefinition, IRunnableTask
{
    [PluginProperty(DocumentedDefault = DefaultOptions)]
    public override HttpOptions? Options { get; init; }

    /// <summary>An answer without a body fails the task.</summary>
    public Property<bool> FailOnEmptyResponse { get; init; } = Property.Of<bool>(true);

    /// <summary>Name of the file; without it, the one that the server gives, else a random one.</summary>
    public Property<string>? SaveAs { get; init; }

    /// <summary>The older place of <c>options.allowFailed</c>.</summary>
    [PluginProperty(Deprecated = true)]
    public Property<bool>? AllowFailed { get; init; }

    public async Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var saveAs = SaveAs?.Render(context);
        if (saveAs is not null)
        {
            CheckName(saveAs);
        }

        await using var exchange = await HttpExchange.SendAsync(this, context, cancellationToken);
        var file = context.WorkingDirectory.CreateTempFile();
        var length = await StoreAsync(exchange, file, cancellationToken);
        CheckLength(exchange, context, length);
        var uri = await context.Storage.PutFileAsync(file, saveAs ?? DownloadNames.Of(exchange, context.Ids), cancellationToken);
        exchange.CountLength(length);
        context.Logger.Debug(string.Create(CultureInfo.InvariantCulture, $"File '{exchange.Address}' downloaded with size '{length}'"));
        return new TaskResult(new OrderedDictionary<string, object?>(StringComparer.Ordinal)
        {
            ["code"] = exchange.Code,
            ["uri"] = uri,
            ["length"] = length,
            ["headers"] = exchange.Headers(),
        });
    }

    protected internal override bool AllowsFailed(IRunContext context) => AllowFailed?.Render(context) ?? base.AllowsFailed(context);

    private static async Task<long> StoreAsync(HttpExchange exchange, string file, CancellationToken cancellationToken)
    {
        await using var target = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, 64 * 1024, FileOptions.Asynchronous);
        return await exchange.CopyToAsync(target, long.MaxValue, cancellationToken);
    }

    private void CheckLength(HttpExchange exchange, IRunContext context, long length)
    {
        // Of a compressed answer the header tells another length, and is gone once it was decompressed.
        if (exchange.Response.Content.Headers.ContentLength is { } expected && expected != length)
        {
            throw new TaskFailedException(string.Create(CultureInfo.InvariantCulture, $"Invalid size, got {length}, expected {expected}"));
        }

        if (length > 0)
        {
            return;
        }

        if (FailOnEmptyResponse.Or(context, true) && !AllowsFailed(context))
        {
            throw new TaskFailedException("No response from server");
        }

        context.Logger.Warn($"File '{exchange.Address}' is empty");
    }

    private static void CheckName(string name)
    {
        for (var index = 0; index < name.Length; index++)
        {
            if (name[index] is <= ' ' or '"' or '<' or '>' or '\\' or '^' or '`' or '{' or '|' or '}')
            {
                throw new TaskFailedException(string.Create(CultureInfo.InvariantCulture, $"Illegal character in path at index {index}: {name}"));
            }
        }
    }
}
