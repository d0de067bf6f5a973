using System.Text;
using System.Text.RegularExpressions;

namespace Kestra.Cli.Namespaces;

/// <summary>Which files stay at home: the rules of a <c>.kestraignore</c> file, in the syntax of gitignore.</summary>
internal sealed class IgnoreRules
{
    private static readonly TimeSpan MatchTime = TimeSpan.FromSeconds(1);

    private readonly List<(Regex Pattern, bool Keeps)> rules = [];

    /// <summary>No rules when the file does not exist.</summary>
    public static IgnoreRules Read(string file) => Parse(File.Exists(file) ? File.ReadAllLines(file) : []);

    public static IgnoreRules Parse(IEnumerable<string> lines)
    {
        var result = new IgnoreRules();
        foreach (var line in lines.Select(static line => line.TrimEnd()).Where(static line => line.Length > 0 && line[0] != '#'))
        {
            var keeps = line[0] == '!';
            var pattern = keeps ? line[1..] : line[0] == '\\' ? line[1..] : line;
            result.rules.Add((Compile(pattern), keeps));
        }

        return result;
    }

    /// <param name="path">Relative, with slashes. The last rule that speaks of it counts, or of a folder it lies in.</param>
    public bool Ignores(string path)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            // A file in an ignored folder cannot be kept.
            if (IsIgnored(path[..(slash + 1)]))
            {
                return true;
            }
        }

        return IsIgnored(path);
    }

    private bool IsIgnored(string path)
    {
        var ignored = false;
        foreach (var (pattern, keeps) in rules)
        {
            if (pattern.IsMatch(path))
            {
                ignored = !keeps;
            }
        }

        return ignored;
    }

    private static Regex Compile(string pattern)
    {
        var onlyFolders = pattern.EndsWith('/');
        var body = pattern.Trim('/');
        var anchored = pattern.StartsWith('/') || body.Contains('/', StringComparison.Ordinal);
        var regex = new StringBuilder(anchored ? "^" : "^(?:.*/)?");
        for (var i = 0; i < body.Length; i++)
        {
            i = Append(regex, body, i);
        }

        return new Regex(regex.Append(onlyFolders ? "/$" : "/?$").ToString(), RegexOptions.CultureInvariant, MatchTime);
    }

    private static int Append(StringBuilder regex, string body, int i)
    {
        switch (body[i])
        {
            case '*' when body.AsSpan(i).StartsWith("**/"):
                regex.Append("(?:.*/)?");
                return i + 2;
            case '*' when body.AsSpan(i).StartsWith("**"):
                regex.Append(".*");
                return i + 1;
            case '*':
                regex.Append("[^/]*");
                return i;
            case '?':
                regex.Append("[^/]");
                return i;
            case '[' when body.IndexOf(']', i + 1) is var end and > 0:
                regex.Append('[').Append(body[i + 1] == '!' ? "^" : "").Append(Regex.Escape(body[(i + (body[i + 1] == '!' ? 2 : 1))..end]).Replace("\\-", "-", StringComparison.Ordinal)).Append(']');
                return end;
            case '\\' when i + 1 < body.Length:
                regex.Append(Regex.Escape(body[(i + 1)..(i + 2)]));
                return i + 1;
            default:
                regex.Append(Regex.Escape(body[i..(i + 1)]));
                return i;
        }
    }
}
