using System.Text;
using System.Text.RegularExpressions;

namespace Kestra.Plugins.Files;

/// <summary>A pattern of file names: a glob (<c>*</c> stays within a folder, <c>**</c> does not, <c>?</c>, <c>[abc]</c>, <c>{a,b}</c>) or, after <c>regex:</c>, a regular expression.</summary>
public sealed class FilePattern
{
    private static readonly TimeSpan MatchTime = TimeSpan.FromSeconds(1);

    private readonly Regex expression;

    private FilePattern(string expression)
    {
        try
        {
            this.expression = new Regex($@"\A(?:{expression})\z", RegexOptions.CultureInvariant | RegexOptions.Singleline, MatchTime);
        }
        catch (ArgumentException error)
        {
            throw new FormatException($"The file pattern is not valid: {error.Message}", error);
        }
    }

    /// <summary>For files below a folder: <c>glob:</c> and <c>regex:</c> are matched against the whole path, anything else is a glob below the folder.</summary>
    /// <exception cref="FormatException">The pattern has a fault.</exception>
    public static FilePattern Below(string folder, string pattern) =>
        pattern.StartsWith("glob:", StringComparison.Ordinal) ? new FilePattern(Glob(pattern["glob:".Length..]))
        : pattern.StartsWith("regex:", StringComparison.Ordinal) ? new FilePattern(pattern["regex:".Length..])
        : new FilePattern(Regex.Escape(folder + "/") + Glob(pattern));

    /// <summary>For files of a namespace, whose paths begin with <c>/</c>: a pattern that begins with a letter or digit matches at any depth.</summary>
    /// <exception cref="FormatException">The pattern has a fault.</exception>
    public static FilePattern InNamespace(string pattern) =>
        pattern.StartsWith("glob:", StringComparison.Ordinal) ? new FilePattern(Glob(pattern["glob:".Length..]))
        : pattern.StartsWith("regex:", StringComparison.Ordinal) ? new FilePattern(pattern["regex:".Length..])
        : new FilePattern(Glob(pattern is [var first, ..] && (char.IsLetterOrDigit(first) || first == '_') ? "**/" + pattern : pattern));

    /// <summary>Where only <c>*</c> and <c>?</c> have a meaning, and both stand for any character.</summary>
    public static FilePattern Wildcard(string pattern) =>
        new(Regex.Escape(pattern).Replace(@"\*", ".*", StringComparison.Ordinal).Replace(@"\?", ".", StringComparison.Ordinal));

    /// <exception cref="RegexMatchTimeoutException">The expression takes too long on this name.</exception>
    public bool IsMatch(string path) => expression.IsMatch(path);

    private static string Glob(string glob)
    {
        var result = new StringBuilder(glob.Length * 2);
        var inGroup = false;
        for (var index = 0; index < glob.Length; index++)
        {
            switch (glob[index])
            {
                case '\\' when index + 1 < glob.Length:
                    result.Append(Regex.Escape(glob[++index].ToString()));
                    break;
                case '[':
                    index = Bracket(glob, index, result);
                    break;
                case '{' when !inGroup:
                    result.Append("(?:(?:");
                    inGroup = true;
                    break;
                case '{':
                    throw new FormatException($"Cannot nest groups in the file pattern '{glob}'");
                case '}' when inGroup:
                    result.Append("))");
                    inGroup = false;
                    break;
                case ',' when inGroup:
                    result.Append(")|(?:");
                    break;
                case '*' when index + 1 < glob.Length && glob[index + 1] == '*':
                    result.Append(".*");
                    index++;
                    break;
                case '*':
                    result.Append("[^/]*");
                    break;
                case '?':
                    result.Append("[^/]");
                    break;
                default:
                    result.Append(Regex.Escape(glob[index].ToString()));
                    break;
            }
        }

        return inGroup ? throw new FormatException($"Missing '}}' in the file pattern '{glob}'") : result.ToString();
    }

    private static int Bracket(string glob, int start, StringBuilder result)
    {
        var end = glob.IndexOf(']', start + 2 < glob.Length && glob[start + 1] is '!' or '^' ? start + 3 : start + 2);
        if (end < 0)
        {
            throw new FormatException($"Missing ']' in the file pattern '{glob}'");
        }

        var content = glob[(start + 1)..end];
        var negated = content[0] is '!' or '^';
        result.Append("(?!/)[").Append(negated ? "^" : "")
            .Append((negated ? content[1..] : content).Replace(@"\", @"\\", StringComparison.Ordinal).Replace("[", @"\[", StringComparison.Ordinal).Replace("^", @"\^", StringComparison.Ordinal))
            .Append(']');
        return end;
    }
}
