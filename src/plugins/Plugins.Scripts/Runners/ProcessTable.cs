using System.Globalization;

namespace Kestra.Plugins.Scripts.Runners;

/// <summary>The processes of a Linux machine, as <c>/proc</c> tells them.</summary>
internal static class ProcessTable
{
    /// <summary>All that live; those that ended and wait for their parent are left out.</summary>
    public static List<ProcessFacts> Read()
    {
        var found = new List<ProcessFacts>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && Facts(id) is { } facts)
            {
                found.Add(facts);
            }
        }

        return found;
    }

    private static ProcessFacts? Facts(int id)
    {
        try
        {
            // "id (name) state parent group session …", where the name may hold anything, brackets too.
            var text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : new ProcessFacts(id, int.Parse(fields[1], CultureInfo.InvariantCulture), int.Parse(fields[3], CultureInfo.InvariantCulture));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It has ended since the folder was read.
            return null;
        }
    }
}

internal sealed record ProcessFacts(int Id, int Parent, int Session);
