using System.Buffers;
using System.Text;
using Kestra.Plugins.Core.Http;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Storage;

/// <summary>Turns the order of a file's lines around.</summary>
[Plugin("io.kestra.plugin.core.storage.Reverse", Aliases = ["io.kestra.core.tasks.storages.Reverse"], Title = "Reverse a file from the Kestra’s internal storage, last line first.")]
[PluginOutput("uri", typeof(Uri), Title = "The reversed file URI.")]
public sealed class Reverse : IRunnableTask
{
    private const int BufferBytes = 64 * 1024;

    [PluginProperty(Required = true)]
    public Property<string>? From { get; init; }

    /// <summary>Written after each line.</summary>
    public Property<string> Separator { get; init; } = Property.Of<string>("\n");

    public Property<string> Charset { get; init; } = Property.Of<string>("UTF-8");

    public async Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var from = From.Required(context, "from");
        var charset = HttpSettings.CharsetOf(Charset.Or(context, "UTF-8"));
        var source = await AsUtf8Async(context, from, charset, cancellationToken);
        var target = context.WorkingDirectory.CreateTempFile(Path.GetExtension(from) is { Length: > 0 } extension ? extension : ".tmp");
        await using (var input = new FileStream(source, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes, FileOptions.Asynchronous | FileOptions.RandomAccess))
        await using (var output = new StreamWriter(target, append: false, charset, BufferBytes))
        {
            await WriteBackwardsAsync(input, output, Separator.Or(context, "\n"), cancellationToken);
        }

        return Outputs.One("uri", await context.Storage.PutFileAsync(target, cancellationToken: cancellationToken));
    }

    // Ends of lines are looked for as bytes, which only an encoding like UTF-8 allows.
    private static async Task<string> AsUtf8Async(IRunContext context, string from, Encoding charset, CancellationToken cancellationToken)
    {
        var copy = context.WorkingDirectory.CreateTempFile();
        using var reader = new StreamReader(await context.Storage.OpenAsync(from, cancellationToken), charset);
        await using var writer = new StreamWriter(copy, append: false, new UTF8Encoding(false), BufferBytes);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            await writer.WriteAsync(line.AsMemory(), cancellationToken);
            await writer.WriteAsync('\n');
        }

        return copy;
    }

    private static async Task WriteBackwardsAsync(FileStream input, StreamWriter output, string separator, CancellationToken cancellationToken)
    {
        var starts = await StartsAsync(input, cancellationToken);
        for (var index = starts.Count - 2; index >= 0; index--)
        {
            var length = (int)(starts[index + 1] - starts[index] - 1);
            var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(length, 1));
            try
            {
                input.Position = starts[index];
                await input.ReadExactlyAsync(buffer.AsMemory(0, length), cancellationToken);
                await output.WriteAsync(Encoding.UTF8.GetString(buffer, 0, length));
                await output.WriteAsync(separator);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    /// <summary>Where each line begins, with the end of the file as the last.</summary>
    private static async Task<List<long>> StartsAsync(FileStream input, CancellationToken cancellationToken)
    {
        var starts = new List<long> { 0 };
        var buffer = new byte[BufferBytes];
        for (long position = 0; await input.ReadAsync(buffer, cancellationToken) is var count and > 0; position += count)
        {
            for (var index = 0; index < count; index++)
            {
                if (buffer[index] == (byte)'\n')
                {
                    starts.Add(position + index + 1);
                }
            }
        }

        return starts;
    }
}
