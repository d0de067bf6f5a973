namespace Kestra.Cli.CommandLine;

/// <summary>Columns of text, padded to their longest cell and two blanks apart.</summary>
internal static class TextTable
{
    public static void Write(Terminal terminal, IReadOnlyList<string> heads, IEnumerable<string[]> rows)
    {
        var all = rows.ToList();
        var widths = heads.Select((head, column) => all.Select(row => row[column].Length).Append(head.Length).Max()).ToList();
        terminal.Line(Row(heads, widths), Colour.Bold);
        foreach (var row in all)
        {
            terminal.Line(Row(row, widths));
        }
    }

    private static string Row(IReadOnlyList<string> cells, List<int> widths) =>
        string.Join("  ", cells.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd();
}
