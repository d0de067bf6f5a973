using System.Globalization;

namespace Kestra.Load.Databases;

/// <summary>A process with its children, those that have ended included, as the kernel counts them.</summary>
internal sealed class ProcessTree(int root)
{
    private const double TicksPerSecond = 100;

    /// <summary>The tree of the process that started another one.</summary>
    public static ProcessTree OfParent(int child) => new((int)Fields(child)![1]);

    /// <summary>Processor time so far.</summary>
    public TimeSpan Processor
    {
        get
        {
            var ticks = Directory.EnumerateDirectories("/proc")
                .Select(static folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? (Id: id, Fields: Fields(id)) : default)
                .Where(process => process.Fields is { } fields && (process.Id == root || fields[1] == root))
                .Sum(process => process.Fields![11] + process.Fields[12] + (process.Id == root ? process.Fields[13] + process.Fields[14] : 0));
            return TimeSpan.FromSeconds(ticks / TicksPerSecond);
        }
    }

    // What follows the name in parentheses: state as 0, parent, …; 11 and 12 are the process's own time, 13 and 14 that of ended children.
    private static long[]? Fields(int id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id.ToString(CultureInfo.InvariantCulture)}/stat");
            return [.. text[(text.LastIndexOf(')') + 2)..].Split(' ').Take(15).Select(static field => long.TryParse(field, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : 0)];
        }
        catch (IOException)
        {
            // It has ended since.
            return null;
        }
    }
}
