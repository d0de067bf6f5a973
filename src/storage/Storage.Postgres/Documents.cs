using System.Text;
using System.Text.Json;
using Kestra.Model.Json;
using Kestra.Model.Logs;
using Npgsql;

namespace Kestra.Storage.Postgres;

/// <summary>Kestra's documents on their way to and from the database.</summary>
internal static class Documents
{
    /// <summary>A document as the database takes it: it refuses the character U+0000, which Kestra strips too.</summary>
    public static string Text(ReadOnlySpan<byte> document)
    {
        var text = Encoding.UTF8.GetString(document);
        return document.IndexOf("\\u0000"u8) < 0 ? text : WithoutNull(text);
    }

    /// <summary>A column of type <c>jsonb</c>.</summary>
    public static byte[] Read(NpgsqlDataReader row, int column) => Encoding.UTF8.GetBytes(row.GetString(column));

    // An even number of backslashes before it means that the backslash itself is escaped, and the rest is text.
    private static string WithoutNull(string text)
    {
        var kept = new StringBuilder(text.Length);
        for (var index = 0; index < text.Length; index++)
        {
            if (text[index] != '\\')
            {
                kept.Append(text[index]);
            }
            else if (string.CompareOrdinal(text, index, "\\u0000", 0, 6) == 0)
            {
                index += 5;
            }
            else
            {
                kept.Append(text, index, 2);
                index++;
            }
        }

        return kept.ToString();
    }
}
