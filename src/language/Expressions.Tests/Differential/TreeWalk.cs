using System.Globalization;
using System.Text;

namespace Kestra.Expressions.Tests.Differential;

/// <summary>
/// A second, plain reading of the language: walks the tree, changes lists where they are, and knows nothing of the product's
/// code. An error is a text: <c>missing NAME</c>, the rule that was broken, or <c>fails</c> where only that counts.
/// </summary>
internal sealed class TreeWalk(Dictionary<string, object?> variables)
{
    private sealed class Wrong(string what) : Exception(what);

    private sealed record Letter(char Value);

    private sealed record Keys(List<object?> Items);

    private sealed record Pair(string Key, object? Value);

    private readonly List<Dictionary<string, object?>> scopes = [[]];
    private readonly StringBuilder output = new();

    private sealed class Endless : Exception;

    /// <returns>Null for a template that makes a list contain itself, over which a plain walk does not end.</returns>
    public static string? Run(IReadOnlyList<Part> parts, Dictionary<string, object?> variables)
    {
        var walk = new TreeWalk(variables);
        try
        {
            walk.Render(parts);
            return "= " + walk.output;
        }
        catch (Wrong error)
        {
            return "! " + error.Message;
        }
        catch (Endless)
        {
            return null;
        }
    }

    private static bool Reaches(object? from, List<object?> list) => from switch
    {
        List<object?> items => items.Exists(item => ReferenceEquals(item, list) || Reaches(item, list)),
        Dictionary<string, object?> map => map.Values.Any(item => ReferenceEquals(item, list) || Reaches(item, list)),
        _ => false,
    };

    private static Wrong Missing(string name) => new("missing " + name);

    private static Wrong Fails() => new("fails");

    private static bool IsMissing(Wrong error) => error.Message.StartsWith("missing ", StringComparison.Ordinal);

    private void Render(IReadOnlyList<Part> parts)
    {
        foreach (var part in parts)
        {
            switch (part)
            {
                case TextPart text:
                    output.Append(text.Text);
                    break;
                case PrintPart print:
                    output.Append(Printed(Value(print.Value)));
                    break;
                case SetPart set:
                    Assign(set.Name, Value(set.Value));
                    break;
                case IfPart branch:
                    Render(Holds(branch.Condition) ? branch.Then : branch.Else);
                    break;
                case ForPart loop:
                    Loop(loop);
                    break;
            }
        }
    }

    private bool Holds(Term condition)
    {
        try
        {
            var value = Value(condition);
            return value is null ? throw Fails() : Truth(value) ?? throw Fails();
        }
        catch (Wrong)
        {
            throw new Wrong("Wrong operand(s) type in conditional expression");
        }
    }

    private void Loop(ForPart loop)
    {
        var value = Value(loop.Items);
        if (value is null)
        {
            return;
        }

        var live = value as List<object?>;
        var items = value switch
        {
            List<object?> list => list.ToList(),
            Keys keys => keys.Items,
            Dictionary<string, object?> map => [.. map.Select(pair => (object?)new Pair(pair.Key, pair.Value))],
            _ => throw new Wrong($"Not an iterable object. Value = [{Text(value)}]"),
        };
        if (items.Count == 0)
        {
            Render(loop.Else);
            return;
        }

        scopes.Add([]);
        var done = 0;
        var before = live is null ? 0 : Changes(live);
        foreach (var item in items)
        {
            scopes[^1][loop.Name] = item;
            Render(loop.Body);
            done++;
            if (live is not null && Changes(live) != before)
            {
                if (live.Count == done)
                {
                    break;
                }

                throw Fails();
            }
        }

        scopes.RemoveAt(scopes.Count - 1);
    }

    // How often a list was changed.
    private readonly Dictionary<List<object?>, int> changes = new(ReferenceEqualityComparer.Instance);

    private int Changes(List<object?> list) => changes.GetValueOrDefault(list);

    private void Changed(List<object?> list) => changes[list] = Changes(list) + 1;

    private void Assign(string name, object? value)
    {
        var scope = scopes.FindLast(scope => scope.ContainsKey(name)) ?? scopes[^1];
        scope[name] = value;
    }

    private object? Value(Term term) => term switch
    {
        Literal literal => literal.Value,
        Variable variable => Look(variable.Name),
        Attribute attribute => Inside(Value(attribute.Owner), attribute.Name, (attribute.Owner as Variable)?.Name),
        Item item => Inside(Value(item.Owner), Value(item.Key), (item.Owner as Variable)?.Name),
        ListTerm list => list.Items.Select(Value).ToList(),
        Unary unary => Signed(unary.Sign, Value(unary.Operand)),
        Choice choice => Value(choice.Condition) is var condition && condition is not null && (Truth(condition) ?? throw Fails()) ? Value(choice.Then) : Value(choice.Else),
        Binary binary => Operation(binary),
        Filtered filtered => Filter(filtered),
        Tested tested => Test(tested) != tested.Negated,
        _ => throw new InvalidOperationException(term.GetType().Name),
    };

    private object? Look(string name)
    {
        var scope = scopes.FindLast(scope => scope.ContainsKey(name));
        return scope is not null ? scope[name] : variables.TryGetValue(name, out var value) ? value : throw Missing(name);
    }

    private static object? Inside(object? owner, object? key, string? variable)
    {
        switch (owner)
        {
            case null:
                throw Missing(variable ?? (key is null ? "null" : Text(key)));
            case Dictionary<string, object?> map:
                if (key is string name)
                {
                    return map.TryGetValue(name, out var value) ? value : throw Missing(name);
                }

                throw key is null || (IsNumber(key) && map.Count == 0) ? Fails() : IsNumber(key) ? new Wrong($"type class java.lang.String not supported for key {Text(key)}") : Missing(Text(key));
            case List<object?> list:
                var position = key switch
                {
                    int number => number,
                    long number => number,
                    string text when int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
                    _ => -1,
                };
                return position >= 0 && position < list.Count ? list[(int)position] : throw Missing(key is null ? "null" : Text(key));
            default:
                throw Missing(key is null ? "null" : Text(key));
        }
    }

    private static object Signed(string sign, object? value)
    {
        if (sign != "not")
        {
            return IsNumber(value) ? Number(value!, sign == "-" ? -1L : 1L, '*') : throw Fails();
        }

        if (value is null)
        {
            throw new Wrong("null value given to not() and strict variables is set to true");
        }

        return !(Truth(value) ?? throw new Wrong($"Unsupported value type {Class(value)}. Expected Boolean, String, Number in \"if\" statement"));
    }

    private static string Class(object value) => value switch
    {
        List<object?> => "ArrayList",
        Dictionary<string, object?> => "LinkedHashMap",
        Letter => "Character",
        Keys => "LinkedHashMap$LinkedKeySet",
        _ => "LinkedHashMap$Entry",
    };

    private static bool? Truth(object value) => value switch
    {
        bool flag => flag,
        string text => text.Length > 0,
        _ when IsNumber(value) => Wide(value) != 0,
        _ => null,
    };

    private object? Operation(Binary binary)
    {
        switch (binary.Sign)
        {
            case "and":
                return Logic(binary.Left) && Logic(binary.Right);
            case "or":
                return Logic(binary.Left) || Logic(binary.Right);
            case "??" or "???":
                return Coalesced(binary);
            case "~":
                var (first, second) = (Value(binary.Left), Value(binary.Right));
                return (first is null ? "" : Text(first)) + (second is null ? "" : Text(second));
            case "..":
                var (from, to) = ((long)((Literal)binary.Left).Value!, (long)((Literal)binary.Right).Value!);
                return from > to ? [] : Enumerable.Range((int)from, (int)(to - from) + 1).Select(number => (object?)(long)number).ToList();
            case "contains":
                return Contains(Value(binary.Left), Value(binary.Right));
            case "isIn":
                return IsIn(Value(binary.Left), Value(binary.Right));
        }

        try
        {
            return Strict(binary.Sign, Value(binary.Left), Value(binary.Right));
        }
        catch (Wrong)
        {
            throw new Wrong("Could not perform " + binary.Sign switch
            {
                "+" => "addition", "-" => "subtraction", "*" => "multiplication", "/" => "division", "%" or "<" => "greater modulus",
                "==" => "equals comparison", "!=" => "not equals comparison", ">" => "greater than comparison", ">=" => "greater than or equals comparison", _ => "less than or equals comparison",
            });
        }
    }

    private bool Logic(Term term)
    {
        var value = Value(term);
        return value is null ? throw new Wrong("null value used in and operator and strict variables is set to true") : Truth(value) ?? throw Fails();
    }

    private object? Coalesced(Binary binary)
    {
        object? value;
        try
        {
            value = Value(binary.Left);
        }
        catch (Wrong error) when (IsMissing(error))
        {
            return Value(binary.Right);
        }

        return value is null && binary.Sign == "??" ? Value(binary.Right) : value;
    }

    private object? Strict(string sign, object? left, object? right)
    {
        switch (sign)
        {
            case "==":
                return Same(left, right);
            case "!=":
                return !Same(left, right);
            case "<" or ">" or "<=" or ">=":
                if (left is null || right is null)
                {
                    return false;
                }

                var (a, b) = IsNumber(left) && IsNumber(right) ? (Wide(left), Wide(right)) : throw Fails();
                return sign switch { "<" => a < b, ">" => a > b, "<=" => a <= b, _ => a >= b };
            case "+" when left is string || right is string:
                return (left is null ? "null" : Text(left)) + (right is null ? "null" : Text(right));
            case "+" or "-" when left is List<object?> list:
                Changed(list);
                if (sign == "+" && right is List<object?> added && Reaches(added, list))
                {
                    throw new Endless();
                }

                Edit(sign, list, right);
                return list;
            default:
                return IsNumber(left) && IsNumber(right) ? Number(left!, right!, sign[0]) : throw Fails();
        }
    }

    private static void Edit(string sign, List<object?> list, object? right)
    {
        var many = right switch { List<object?> items => items.ToList(), Keys keys => keys.Items, _ => null };
        if (sign == "+")
        {
            list.AddRange(many ?? [right]);
        }
        else if (many is not null)
        {
            list.RemoveAll(item => many.Exists(other => Identical(item, other)));
        }
        else if (list.FindIndex(item => Identical(item, right)) is var index and >= 0)
        {
            list.RemoveAt(index);
        }
    }

    private static object Number(object left, object right, char sign)
    {
        if (left is double || right is double)
        {
            var (x, y) = (Wide(left), Wide(right));
            return sign switch { '+' => x + y, '-' => x - y, '*' => x * y, '/' => x / y, _ => x % y };
        }

        var (a, b) = (Convert.ToInt64(left, CultureInfo.InvariantCulture), Convert.ToInt64(right, CultureInfo.InvariantCulture));
        if (sign is '/' or '%' && b == 0)
        {
            throw Fails();
        }

        var result = unchecked(sign switch { '+' => a + b, '-' => a - b, '*' => a * b, '/' => b == -1 ? -a : a / b, _ => b == -1 ? 0 : a % b });
        return left is int && right is int ? (long)unchecked((int)result) : result;
    }

    private static bool Contains(object? left, object? right) => left switch
    {
        null => false,
        string text => text.Contains(right is null ? "null" : Text(right), StringComparison.Ordinal),
        Dictionary<string, object?> map => right is string key && map.ContainsKey(key),
        List<object?> list => ContainsItems(list, right),
        Keys keys => ContainsItems(keys.Items, right),
        _ => throw new Wrong($"Contains operator can only be used on Collections, Maps and arrays. Actual type was: {JavaClass(left)}"),
    };

    private static string JavaClass(object value) => value switch
    {
        int => "java.lang.Integer",
        long => "java.lang.Long",
        double => "java.lang.Double",
        bool => "java.lang.Boolean",
        Letter => "java.lang.Character",
        _ => "java.util.LinkedHashMap$Entry",
    };

    private static bool ContainsItems(List<object?> items, object? wanted) => wanted switch
    {
        List<object?> list => list.TrueForAll(one => items.Exists(item => Identical(item, one))),
        Keys keys => keys.Items.TrueForAll(one => items.Exists(item => Identical(item, one))),
        _ => items.Exists(item => Identical(item, wanted)),
    };

    private static bool IsIn(object? left, object? right)
    {
        if (left is null || right is null)
        {
            return false;
        }

        var text = Text(left);
        switch (right)
        {
            case Dictionary<string, object?> map:
                return map.ContainsKey(text) || map.Values.Any(value => value is not null && Text(value) == text);
            case List<object?> list:
                return list.ConvertAll(item => item is null ? throw Fails() : Text(item)).Contains(text);
            case Keys keys:
                return keys.Items.Contains(text);
            default:
                return false;
        }
    }

    private object? Filter(Filtered filtered)
    {
        var arguments = filtered.Arguments.Select(Value).ToList();
        if (filtered.Name == "default")
        {
            try
            {
                var given = Value(filtered.Input);
                return IsEmpty(given) ? arguments[0] : given;
            }
            catch (Wrong error) when (IsMissing(error))
            {
                return arguments[0];
            }
        }

        var value = Value(filtered.Input);
        switch (filtered.Name)
        {
            case "length":
                return value switch { string text => text.Length, List<object?> list => list.Count, Dictionary<string, object?> map => map.Count, Keys keys => keys.Items.Count, _ => 0 };
            case "abs":
                return value switch
                {
                    null => throw new Wrong("Can not pass null value to \"abs\" filter."),
                    int number => (object)Math.Abs(number),
                    long number => Math.Abs(number),
                    double number => Math.Abs(number),
                    _ => throw new Wrong("The 'abs' filter does require as input a number."),
                };
            case "distinct" when value is null:
                return "null";
        }

        return value is null ? null : Filter(filtered.Name, value);
    }

    private object? Filter(string name, object value)
    {
        switch (name)
        {
            case "upper":
                return Text(value).ToUpperInvariant();
            case "lower":
                return Text(value).ToLowerInvariant();
            case "string":
                return Text(value);
            case "trim":
                return value is string text ? text.Trim() : throw Fails();
            case "first" or "last":
                return End(value, name == "first");
            case "join":
                var items = value switch { List<object?> list => list, Keys keys => keys.Items, _ => throw new Wrong("The 'join' filter expects that the input is either a collection or an array.") };
                return string.Join(",", items.Select(item => item is null ? "null" : Text(item)));
            case "keys":
                return value switch
                {
                    Dictionary<string, object?> map => new Keys([.. map.Keys]),
                    List<object?> list => Enumerable.Range(0, list.Count).Select(index => (object?)index).ToList(),
                    _ => throw new Wrong($"'keys' filter can only be applied to List, Map, Array. Actual type was: {(value is string ? "java.lang.String" : value is Keys ? "java.util.LinkedHashMap$LinkedKeySet" : JavaClass(value))}"),
                };
            case "distinct":
                return value is List<object?> all
                    ? all.Where((item, index) => all.FindIndex(other => Identical(item, other)) == index).ToList()
                    : throw new Wrong($"Input must be a list, but received : {(value is string ? "java.lang.String" : value is Keys ? "java.util.LinkedHashMap$LinkedKeySet" : value is Dictionary<string, object?> ? "java.util.LinkedHashMap" : JavaClass(value))}");
            case "reverse":
                var reversed = value as List<object?> ?? throw Fails();
                Changed(reversed);
                reversed.Reverse();
                return reversed;
            default:
                return Sorted(value as List<object?> ?? throw new Wrong("Unsupported input type for sort filter"));
        }
    }

    private List<object?> Sorted(List<object?> list)
    {
        // One element is compared with nothing; every other needs a type that has an order.
        var first = list.Count > 1 ? list[0] : null;
        if (list.Count > 1 && (first is not (string or int or long or double or bool or Letter) || list.Exists(item => item?.GetType() != first.GetType())))
        {
            throw Fails();
        }

        Changed(list);
        var sorted = list.OrderBy(item => item, Comparer<object?>.Create((a, b) => a is string text ? string.CompareOrdinal(text, (string)b!) : a is Letter letter ? letter.Value.CompareTo(((Letter)b!).Value) : ((IComparable)a!).CompareTo(b))).ToList();
        list.Clear();
        list.AddRange(sorted);
        return list;
    }

    private static object? End(object value, bool first) => value switch
    {
        string text => text.Length == 0 ? throw Fails() : new Letter(first ? text[0] : text[^1]),
        List<object?> list => list.Count == 0 ? null : first ? list[0] : list[^1],
        Keys keys => keys.Items.Count == 0 ? null : first ? keys.Items[0] : keys.Items[^1],
        _ => throw Fails(),
    };

    private bool Test(Tested tested)
    {
        object? value;
        try
        {
            value = Value(tested.Input);
        }
        catch (Wrong error) when (tested.Name == "defined" && IsMissing(error))
        {
            return false;
        }

        return tested.Name switch
        {
            "defined" => value is not null,
            "null" => value is null,
            "empty" => IsEmpty(value),
            "iterable" => value is List<object?> or Keys,
            "map" => value is Dictionary<string, object?>,
            _ => value switch
            {
                int number => (number % 2 == 0) == (tested.Name == "even"),
                long number => (number % 2 == 0) == (tested.Name == "even"),
                null when tested.Name == "even" => throw new Wrong("Can not pass null value to \"even\" test."),
                _ => throw Fails(),
            },
        };
    }

    private static bool IsEmpty(object? value) => value switch
    {
        null => true,
        string text => text.Trim().Length == 0,
        List<object?> list => list.Count == 0,
        Dictionary<string, object?> map => map.Count == 0,
        Keys keys => keys.Items.Count == 0,
        _ => false,
    };

    private static bool Same(object? left, object? right) => IsNumber(left) && IsNumber(right) ? Wide(left!) == Wide(right!) : Identical(left, right);

    private static bool Identical(object? left, object? right) => (left, right) switch
    {
        (null, null) => true,
        (List<object?> a, List<object?> b) => a.Count == b.Count && a.Zip(b).All(pair => Identical(pair.First, pair.Second)),
        (Dictionary<string, object?> a, Dictionary<string, object?> b) => a.Count == b.Count && a.All(pair => b.TryGetValue(pair.Key, out var other) && Identical(pair.Value, other)),
        (Keys a, Keys b) => a.Items.Count == b.Items.Count && a.Items.TrueForAll(b.Items.Contains),
        (Pair a, Pair b) => a.Key == b.Key && Identical(a.Value, b.Value),
        _ => left is not null && right is not null && left.GetType() == right.GetType() && left.Equals(right),
    };

    private static bool IsNumber(object? value) => value is int or long or double;

    private static double Wide(object value) => Convert.ToDouble(value, CultureInfo.InvariantCulture);

    private static string Printed(object? value) => value switch
    {
        null => "",
        List<object?> or Dictionary<string, object?> or Keys => Json(value),
        _ => Text(value),
    };

    private static string Json(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"",
        Letter letter => $"\"{letter.Value}\"",
        List<object?> list => $"[{string.Join(',', list.Select(Json))}]",
        Keys keys => $"[{string.Join(',', keys.Items.Select(Json))}]",
        Dictionary<string, object?> map => $"{{{string.Join(',', map.Where(pair => pair.Value is not null).Select(pair => $"{Json(pair.Key)}:{Json(pair.Value)}"))}}}",
        Pair pair => $"{{{Json(pair.Key)}:{Json(pair.Value)}}}",
        double number when !double.IsFinite(number) => $"\"{Text(value)}\"",
        _ => Text(value),
    };

    private static string Text(object value) => value switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        int or long => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        double number => Fraction(number),
        Letter letter => letter.Value.ToString(),
        List<object?> list => $"[{string.Join(", ", list.Select(item => item is null ? "null" : Text(item)))}]",
        Keys keys => $"[{string.Join(", ", keys.Items.Select(item => Text(item!)))}]",
        Dictionary<string, object?> map => $"{{{string.Join(", ", map.Select(pair => $"{pair.Key}={(pair.Value is null ? "null" : Text(pair.Value))}"))}}}",
        Pair pair => $"{pair.Key}={(pair.Value is null ? "null" : Text(pair.Value))}",
        _ => throw new InvalidOperationException(value.GetType().Name),
    };

    private static string Fraction(double number)
    {
        if (!double.IsFinite(number) || number == 0)
        {
            return double.IsNaN(number) ? "NaN" : number == 0 ? (double.IsNegative(number) ? "-0.0" : "0.0") : number > 0 ? "Infinity" : "-Infinity";
        }

        var size = Math.Abs(number);
        if (size is >= 1e-3 and < 1e7)
        {
            var plain = number.ToString("0.0################################", CultureInfo.InvariantCulture);
            return double.Parse(plain, CultureInfo.InvariantCulture) == number ? plain : number.ToString("R", CultureInfo.InvariantCulture);
        }

        var parts = number.ToString("E16", CultureInfo.InvariantCulture).Split('E');
        for (var digits = 1; digits <= 17; digits++)
        {
            var shorter = number.ToString($"E{digits}", CultureInfo.InvariantCulture);
            if (double.Parse(shorter, CultureInfo.InvariantCulture) == number)
            {
                parts = shorter.Split('E');
                break;
            }
        }

        return $"{parts[0]}E{int.Parse(parts[1], CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)}";
    }
}
