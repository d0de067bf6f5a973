using System.Globalization;

namespace Kestra.Webserver.Plugins;

/// <summary>Draws a plain icon: the first letter of the name on a colour that its package has.</summary>
internal static class PluginIcon
{
    public static string Draw(string name)
    {
        var package = name.Contains('.', StringComparison.Ordinal) ? name[..name.LastIndexOf('.')] : name;
        var hue = package.Aggregate(0, static (sum, character) => ((sum * 31) + character) % 360);
        var letter = char.ToUpperInvariant(name[name.LastIndexOf('.') + 1]);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 24 24\"><rect width=\"24\" height=\"24\" rx=\"5\" fill=\"hsl({hue},45%,45%)\"/><text x=\"12\" y=\"17\" font-family=\"sans-serif\" font-size=\"14\" text-anchor=\"middle\" fill=\"#fff\">{letter}</text></svg>");
    }
}
