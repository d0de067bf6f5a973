using System.Text;

namespace Kestra.Hosting.Configuration;

/// <summary>The canonical form of configuration keys: dotted, lower case, words joined by hyphens.</summary>
public static class SettingKey
{
    /// <summary><c>kestra.server.terminationGracePeriod</c> becomes <c>kestra.server.termination-grace-period</c>.</summary>
    public static string Canonical(string key)
    {
        var text = new StringBuilder(key.Length + 8);
        for (var i = 0; i < key.Length; i++)
        {
            var c = key[i];
            if (char.IsAsciiLetterUpper(c))
            {
                var startsWord = i > 0 && key[i - 1] is not ('.' or '-' or '_') &&
                    (!char.IsAsciiLetterUpper(key[i - 1]) || (i + 1 < key.Length && char.IsAsciiLetterLower(key[i + 1])));
                if (startsWord)
                {
                    text.Append('-');
                }

                text.Append(char.ToLowerInvariant(c));
            }
            else
            {
                text.Append(c == '_' ? '-' : c);
            }
        }

        return text.ToString();
    }

    /// <summary>What is left of a key when only its letters and digits count; keys and environment variables meet in it.</summary>
    public static string Squashed(string key) =>
        string.Concat(key.Where(c => c is not ('.' or '-' or '_')).Select(char.ToLowerInvariant));
}
