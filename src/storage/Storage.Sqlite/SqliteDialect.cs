using System.Globalization;
using System.Text.RegularExpressions;
using Kestra.Storage.Queries;
using Kestra.Storage.Relational;
using NodaTime;

namespace Kestra.Storage.Sqlite;

/// <summary>Conditions in SQLite. Beginnings are ranges, so that they can use an index; LIKE would ignore case and could not.</summary>
internal sealed class SqliteDialect : SqlDialect
{
    /// <summary>Comes after every text that begins alike.</summary>
    private const string Last = "\U0010FFFF";

    public static SqliteDialect Instance { get; } = new();

    public override string Parameter(int index) => "$" + index.ToString(CultureInfo.InvariantCulture);

    public override object Value(Instant instant) => instant.ToUnixTimeTicks();

    public override SqlCondition StartsWith(string column, string text) => new($"({column} >= ? AND {column} < ?)", text, text + Last);

    public override SqlCondition EndsWith(string column, string text) =>
        text.Length == 0 ? new($"{column} IS NOT NULL") : new($"substr({column}, -length(?)) = ?", text, text);

    public override SqlCondition Contains(string column, string text) => new($"instr({column}, ?) > 0", text);

    // The slash follows the dot in the order of characters.
    public override SqlCondition IsOrIsBelow(string column, string text) => new($"({column} = ? OR ({column} >= ? AND {column} < ?))", text, text + ".", text + "/");

    public override SqlCondition Regex(string column, string pattern)
    {
        SqliteFunctions.Check(pattern);
        return new($"{column} REGEXP ?", pattern);
    }

    public override SqlCondition Words(string columns, string query) => new($"{SqliteFunctions.Words}(?, {columns})", query);
}
