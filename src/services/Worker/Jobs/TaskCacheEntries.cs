using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Kestra.Expressions;
using Kestra.Ion;
using Kestra.Model.Flows;
using Kestra.Plugins;
using Kestra.Plugins.Tasks;
using NodaTime;

namespace Kestra.Worker.Jobs;

/// <summary>
/// Outputs of earlier runs of a task with <c>taskCache</c>, by what the task is once its properties are rendered. A cache that
/// can't be read or written is told and costs nothing but the run.
/// </summary>
internal static class TaskCacheEntries
{
    private const string OutputsFile = "outputs.ion";

    /// <summary>Gives what is cached, or runs the task and keeps what it gives.</summary>
    public static async Task<TaskResult> GetOrRunAsync(TaskDefinition task, IRunContext context, Func<Task<TaskResult>> run, CancellationToken cancellationToken)
    {
        if (task.TaskCache is not { Enabled: true } cache || KeyOf(task, context) is not { } key)
        {
            return await run();
        }

        if (await FindAsync(cache, context, key, cancellationToken) is { } outputs)
        {
            context.Logger.Info($"Skipping task execution for task '{task.Id}' as there is an existing cache entry for it");
            return new TaskResult(outputs);
        }

        var result = await run();
        if (result.State is null)
        {
            await StoreAsync(task, context, key, result.Outputs, cancellationToken);
        }

        return result;
    }

    // The id is part of it: two tasks never share an entry.
    private static string? KeyOf(TaskDefinition task, IRunContext context)
    {
        try
        {
            var more = new OrderedDictionary<string, object?>(StringComparer.Ordinal) { ["workingDir"] = "workingDir" };
            var whole = new OrderedDictionary<string, object?>(StringComparer.Ordinal)
            {
                ["id"] = task.Id,
                ["type"] = task.Type,
                ["properties"] = context.RenderValue(task.Properties, more),
            };
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ValueJson.Write(whole))));
        }
        catch (ExpressionException error)
        {
            context.Logger.Warn($"The cache of task '{task.Id}' is not used: {error.Message}");
            return null;
        }
    }

    private static async Task<IReadOnlyDictionary<string, object?>?> FindAsync(TaskCache cache, IRunContext context, string key, CancellationToken cancellationToken)
    {
        try
        {
            if (await context.Storage.OpenCacheAsync(key, objectId: null, cancellationToken) is not var (content, stored))
            {
                return null;
            }

            await using (content)
            {
                return cache.Ttl is { } limit && stored + limit < context.Now ? null : await ReadAsync(content, cancellationToken);
            }
        }
        catch (Exception error) when (error is IOException or InvalidDataException or IonException)
        {
            context.Logger.Error($"Unable to read the cache entry of the task: {error.Message}");
            return null;
        }
    }

    private static async Task<IReadOnlyDictionary<string, object?>> ReadAsync(Stream content, CancellationToken cancellationToken)
    {
        using var memory = new MemoryStream();
        await content.CopyToAsync(memory, cancellationToken);
        await using var archive = new ZipArchive(memory, ZipArchiveMode.Read);
        var entry = archive.GetEntry(OutputsFile) ?? throw new InvalidDataException($"The archive has no {OutputsFile}");
        using var reader = new StreamReader(await entry.OpenAsync(cancellationToken), Encoding.UTF8);
        return IonText.Read(await reader.ReadToEndAsync(cancellationToken)) as IReadOnlyDictionary<string, object?> ?? new OrderedDictionary<string, object?>();
    }

    private static async Task StoreAsync(TaskDefinition task, IRunContext context, string key, IReadOnlyDictionary<string, object?>? outputs, CancellationToken cancellationToken)
    {
        context.Logger.Info($"Uploading a cache entry for task '{task.Id}'");
        try
        {
            using var memory = new MemoryStream();
            await using (var archive = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
            {
                await using var writer = new StreamWriter(await archive.CreateEntry(OutputsFile).OpenAsync(cancellationToken), new UTF8Encoding(false));
                await writer.WriteAsync(IonText.Write(outputs ?? new OrderedDictionary<string, object?>()));
            }

            memory.Position = 0;
            await context.Storage.PutCacheAsync(key, objectId: null, memory, cancellationToken);
        }
        catch (Exception error) when (error is IOException or IonException or NotSupportedException)
        {
            context.Logger.Error($"Unable to store the cache entry of the task: {error.Message}");
        }
    }
}
