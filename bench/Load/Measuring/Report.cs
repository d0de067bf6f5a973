using System.Globalization;

namespace Kestra.Load.Measuring;

/// <param name="Floor">What the same machine does in the same run without the product; null when there is none.</param>
internal sealed record Figure(string Name, double Value, string Unit, double? Floor = null, string FloorName = "");

/// <summary>The table of one run.</summary>
internal sealed class Report
{
    private readonly List<Figure> figures = [];

    public void Add(Figure figure)
    {
        figures.Add(figure);
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {figure.Name}: {figure.Value:0.##} {figure.Unit}"));
    }

    public string ToMarkdown(IEnumerable<string> settings)
    {
        var lines = new List<string>();
        lines.AddRange(settings.Select(static setting => "- " + setting));
        lines.Add("");
        lines.Add("| figure | value | floor | ratio | floor is |");
        lines.Add("|---|--:|--:|--:|---|");
        foreach (var figure in figures)
        {
            var ratio = figure.Floor is { } floor && floor > 0 ? (figure.Value / floor).ToString("0.00", CultureInfo.InvariantCulture) : "";
            lines.Add($"| {figure.Name} | {Number(figure.Value)} {figure.Unit} | {(figure.Floor is { } value ? Number(value) : "")} | {ratio} | {figure.FloorName} |");
        }

        return string.Join('\n', lines) + "\n";
    }

    private static string Number(double value) => value.ToString(value >= 100 ? "#,0" : "0.##", CultureInfo.InvariantCulture);
}
