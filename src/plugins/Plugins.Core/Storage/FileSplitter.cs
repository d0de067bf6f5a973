using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Storage;

/// <summary>How a file is split; the first that is set counts.</summary>
/// <param name="Bytes">A size such as <c>10KB</c>: a new part begins when the present one has reached it. Lines are never cut.</param>
/// <param name="Partitions">That many parts, filled in turn.</param>
/// <param name="Rows">That many lines a part.</param>
internal sealed record SplitRule(string? Bytes, int? Partitions, int? Rows, string Separator);

/// <summary>Splits a stored file into stored parts by its lines.</summary>
internal static partial class FileSplitter
{
    private const int MostPartitions = 10_000;

    /// <returns>Addresses of the parts; of an empty file there are none.</returns>
    /// <exception cref="TaskFailedException">The rule says nothing, or its size can't be read.</exception>
    public static async Task<IReadOnlyList<string>> SplitAsync(IRunContext context, string from, SplitRule rule, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(await context.Storage.OpenAsync(from, cancellationToken), new UTF8Encoding(false));
        var extension = Path.GetExtension(from) is { Length: > 0 } own ? own : ".tmp";
        return rule switch
        {
            { Bytes: { } size } => await InTurnsAsync(context, reader, rule, extension, BySize(Size(size)), cancellationToken),
            { Partitions: { } count } => await PartitionsAsync(context, reader, rule, extension, count, cancellationToken),
            { Rows: { } count } => await InTurnsAsync(context, reader, rule, extension, ByRows(count), cancellationToken),
            _ => throw new TaskFailedException("Invalid configuration with no size, count, nor rows"),
        };
    }

    private static Func<long, long, bool> BySize(long size) => (bytes, _) => bytes >= size;

    private static Func<long, long, bool> ByRows(int rows) => rows > 0
        ? (_, lines) => lines >= rows
        : throw new TaskFailedException(string.Create(CultureInfo.InvariantCulture, $"Invalid number of rows: {rows}"));

    private static async Task<IReadOnlyList<string>> InTurnsAsync(IRunContext context, StreamReader reader, SplitRule rule, string extension, Func<long, long, bool> isFull, CancellationToken cancellationToken)
    {
        var parts = new List<string>();
        Part? part = null;
        try
        {
            while (await reader.ReadLineAsync(cancellationToken) is { } line)
            {
                part ??= new Part(context.WorkingDirectory.CreateTempFile(extension));
                await part.WriteAsync(line, rule.Separator);
                if (isFull(part.Bytes, part.Lines))
                {
                    parts.Add(await part.StoreAsync(context, cancellationToken));
                    part = null;
                }
            }

            if (part is not null)
            {
                parts.Add(await part.StoreAsync(context, cancellationToken));
            }

            return parts;
        }
        finally
        {
            part?.Dispose();
        }
    }

    private static async Task<IReadOnlyList<string>> PartitionsAsync(IRunContext context, StreamReader reader, SplitRule rule, string extension, int count, CancellationToken cancellationToken)
    {
        if (count is < 1 or > MostPartitions)
        {
            throw new TaskFailedException(string.Create(CultureInfo.InvariantCulture, $"Invalid number of partitions: {count}; 1 to {MostPartitions} are possible"));
        }

        var parts = new List<Part>();
        try
        {
            for (var index = 0; await reader.ReadLineAsync(cancellationToken) is { } line; index++)
            {
                if (parts.Count < count)
                {
                    parts.Add(new Part(context.WorkingDirectory.CreateTempFile(extension)));
                }

                await parts[index % count].WriteAsync(line, rule.Separator);
            }

            var stored = new List<string>(parts.Count);
            foreach (var part in parts)
            {
                stored.Add(await part.StoreAsync(context, cancellationToken));
            }

            return stored;
        }
        finally
        {
            parts.ForEach(static part => part.Dispose());
        }
    }

    private static long Size(string text)
    {
        if (SizePattern().Match(text.Trim()) is not { Success: true } match || !long.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
        {
            throw new TaskFailedException($"Invalid size with value '{text}'");
        }

        return number * match.Groups[2].Value.ToUpperInvariant() switch
        {
            "KB" => 1024L,
            "MB" => 1024L * 1024,
            "GB" => 1024L * 1024 * 1024,
            _ => 1L,
        };
    }

    [GeneratedRegex(@"\A([0-9]{1,12})\s*(KB|MB|GB)?\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex SizePattern();

    /// <summary>One part while it is being written.</summary>
    private sealed class Part(string path) : IDisposable
    {
        private readonly StreamWriter writer = new(path, append: false, new UTF8Encoding(false));

        public long Bytes { get; private set; }

        public long Lines { get; private set; }

        public async Task WriteAsync(string line, string separator)
        {
            await writer.WriteAsync(line);
            await writer.WriteAsync(separator);
            Bytes += Encoding.UTF8.GetByteCount(line) + Encoding.UTF8.GetByteCount(separator);
            Lines++;
        }

        public async Task<string> StoreAsync(IRunContext context, CancellationToken cancellationToken)
        {
            await writer.DisposeAsync();
            var address = await context.Storage.PutFileAsync(path, cancellationToken: cancellationToken);
            File.Delete(path);
            return address;
        }

        public void Dispose() => writer.Dispose();
    }
}
