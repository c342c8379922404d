"""What is wrong in the numbers of a text is found, and nothing else is."""

from __future__ import annotations

import pytest

from app.sums.check import checked_numbers, wrong_numbers
from app.sums.findings import FindingKind
from app.sums.statements.chosen import wrong_choice
from tests.support.sums_written import written_sums

RIGHT = """
3 + 4 = 7
So 17 × 24 = 408.
2x + 3 = 7
The result is 12 / 5 = 2.4
10/3 = 3.33
10/3 ≈ 3.3
$3 + $4 = $7
**3 + 4 = 7**
- 3 + 4 = 7
1. 3 + 4 = 7
π ≈ 3.14
$\\pi \\approx 3.14$
$\\frac{1}{2} + \\frac{1}{3} = \\frac{5}{6}$
$$\\sqrt{2} \\approx 1.41$$
15% of 80 is 12
12 is 15% of 80.
9.9 is greater than 9.11.
9.9 > 9.11
1.000 + 2.000 = 3.000
1,5 + 2,5 = 4
1.234,56 + 1 = 1.235,56
1 000 + 2 000 = 3 000
2^10 = 1024
2**10 == 1024
5! = 120
3 + 4 = 7!
2 km + 300 m = 2300 m
1 hour = 60 minutes
90 minutes / 60 = 1.5 hours
60 km/h × 30 min = 30 km
200 + 10% = 220
1 1/2 + 1/2 = 2
$1\\frac{1}{2} \\times 2 = 3$
0.1 + 0.2 = 0.30000000000000004
7 / 2 = 3
5 % 3 = 2
12/48 × 100 = 25%
pages 3-5 = 3 pages
version 9.11 > 9.9 hm
print 1 > 2
AssertionError: 1 > 2
e.g. `foo 1>2`
Use _POSIX_TIMERS - 0 > 0, which handles it
Python 3.9 < 3.11
3 plus 4 is 7
Sieben mal 3 ist 21
7 mal 3 ist 21
33.33 + 33.33 + 33.33 = 99.99
1.33 × 3 = 4
a = 3 + 4 = 7
f(3) + 4 = 7
x = 5, y = 3 + x = 8
10 ÷ 3 = 3 R 1
6.02 × 10^23 × 2 = 1.204 × 10^24
300,000 km/s
٣ + ٤ = ٧
१२ + ३ = १५
2 + 2 = 5 is wrong
72 kg / 1.75^2 = 23.5
(3 + 4) × 2 = 14
|3 - 5| = 2
On 3/4/2024 = Monday
10:30 + 2:15 = 12:45
3 : 4 = 0.75
½ + ¼ = ¾
$5 \\text{ km} + 3 \\text{ km} = 8 \\text{ km}$
$2{,}000 + 1 = 2{,}001$
\\[ 12 \\times 12 = 144 \\]
2 apples + 3 oranges = 5 fruits
√16 = 4
25% × 200 = 50
1 + 1 = 10 in binary
about 3 × 33 = 100 people
Approximately 19 × 21 = 400
50 + 50 = 1 dollar
100 × 100 = 1 hectare
3 × 12 = 3 feet
7 × 24 = 1 week
100 × 2 = 218.7 yards
pi = 3.14
Pi is 3.1416
π = 3.14159
π = 22/7
π × 2.5² = 3.14 × 6.25 = 19.625
2 h 30 min = 150 min
150 min = 2 h 30 min
1 hour and 30 minutes is 90 minutes
5 ft 10 in = 178 cm
1 mile = 1.6 km
1 mile = 1.61 km
1 mile = 1.609 km
60 miles = 100 km
1 oz = 30 g
1 GB = 1000 MB
1 GB = 1024 MB
1 TB = 931 GB
10% off $50 gives $45
10% off $50 is $5
a 20% increase from 50 to 60.
From 50 to 60 is a 20% increase.
1e3 + 1 = 1001
1e16 + 1 = 1e16
123 × 456 = 5.6 × 10^4
|-5| = 5
|−2,5| = 2,5
$|3 - 5| = 2$
sin(30°) = 0.5
sin 30° = 1/2
sin(30) = -0.988
sin(π/6) = 0.5
$\\sin^2 30^\\circ + \\cos^2 30^\\circ = 1$
$\\tan\\frac{\\pi}{4} = 1$
cos(60°) ≈ 0.5
C(5,2) = 10
120 km / 2 h = 60 km/h
100 m / 9.58 s = 37.6 km/h
60 km/h × 90 min = 90 km
1200 € / 12 months = 100 €/month
3 m × 4 m = 12 m²
7 l/100 km × 300 km = 21 l
9.9 exceeds 9.11
1000 × 1.05^3 = 1,157.63
5 × 8 = 40 cm²
10 × 10 = 119.6 yd²
5 cm * 8 cm = 40 cm^2
$5 \\text{ cm} \\times 8 \\text{ cm} = 40 \\text{ cm}^{2}$
The price rose from $40 to $50, an increase of 25%.
July 4, 1776 was a Thursday.
July 4, 1776 was a Monday.
1 + 1 = 2 + 1 = 3
"""
NO_SUMS = """
Version 9.11 is newer than version 9.9
In versions, 9.11 > 9.9.
By semantic versioning 9.11 > 9.9
There is no 3 + 4 = 8 here
Python 3.11 is higher than 3.9
Call +49 30 1234-5678 or 555-1234 = home
10.0.0.1 - 10.0.0.255 = the range
pages 12-15 = 3 chapters
The match ended 3:1 = a win
1. e4 e5 2. Nf3 = a known opening
2 H2 + O2 = 2 H2O
On 3/4/2024 = a Monday
The train leaves at 10:30 - 2 = platforms
ISBN 978-3-16-148410-0 = a book
1-0 = White wins
5 choose 2 = 10
17 mod 5 = 2
12 = 5 (mod 7)
log2(8) = 3
f(3) + 4 = 7
x < 4 < 3
echo 1 > 20010000.etb/enable
minor=3-4
return 2 <- 2 + 1
3 << 24 = 3 * 2^24
1 + 1 = 10 in binary
4/4 = common time, 6/8 = compound
a 16:9 = wide picture
24/7 = always
It is not true that 2 + 2 = 5
10 / 3 = 3 remainder 1
500 − 300 = 200 (67%)
15 / 60 = 0.25 (25%)
Profit = 500 - 300 = 200 (40%)
3 × 4 = 12 (2 × 6)
2 × 3 = 6 (3)
A correlation of .5 = 1/2
Batting: .250 = 1/4
p < .05 = 1/20
0.(3) = 1/3
0,(6) = 2/3
Let x = 3. Then 2x = 6 and x^2 = 9.
Let n = 5. Then n! = 120 and n(n+1)/2 = 15
500 × 2 = 1 kg
250 × 4 = 1 litre
16 × 1000 = 16 kΩ
10 × 100 = 1 kW
1024 × 1024 = 1 MB
200 × 100 = 2 m²
12 * 12 = 1 gross
30 × 24 = 1 month
1 GHz = 10^9 Hz
24 eggs / 12 = 2 dozen
24 / 12 = 2 dozen
20/50 = 40 percent
1/4 = 25 Prozent
3% - 1% = 2 percentage points
68 kg × 2.205 = 150 lb
150 lb / 2.205 = 68 kg
26.2 miles × 1.609 = 42.2 km
8.314 × 298.15 = 2.479 kJ
from 1 January 2024 to 31 December 2024, excluding 10 days
From 1 May 2024 to 30 June 2024, open 7 days a week
Two days after 25 December 2024 is a Friday
the day after 5 January 2025 is a Monday
It is not Monday, 5 January 2025
6-4, 6-3 = 2 sets
4-3-3 = 10 outfield players
10-2-3 = 33 points
1000 m + 500 m = 1 km 500 m
1,5 Mio + 500.000 = 2 Mio
Is 9.11 > 9.9? No.
Which is right: 9.11 > 9.9 or 9.9 > 9.11?
You might think that 9.11 > 9.9, but compare the tenths.
At first glance, 9.11 > 9.9.
2 + 2 = 5. That does not hold.
This isn't true. 2 + 2 = 5.
You wrote 12 + 13 = 26; one too many.
If 2 + 2 = 5, then I am the Pope.
Angenommen, 2 + 2 = 5.
| 12 + 13 = 26 | ✗ |
~~12 + 13 = 26~~ 25
5!! = 15
6/2(1+2) = 1
1/2π = 0.159
π ≈ 22/7
√2 ≈ 17/12
17 = 5 mod 12
$7 + 5 = 0 \\mod 12$
255 + 1 = 0 (an overflow)
60 dB + 60 dB = 63 dB
2d6 + 3 = 10
1 h + 30 = 90 min
glibc 2.9 < 2.36
numpy 1.9 < 1.10
The square root of 81 is 9 and 3 squared is 9
-3 squared is 9
1 234,5 + 0,5 = 1 235
Half of 7 is 3
Half of 9 is 4.5
The first half of 2020 is 5% better.
The third of 5 items is 3.
The first quarter of 2020 is 30% better.
half of 3 + 5 is 4
A quarter of an hour is 15 minutes
3/4 of the 8 is 6
Twice 8 is 16.
3 + 5 is 2 times as much as 4
5 plus 3 is two more than 6
One of two is three
Seven times eight is fifty-six.
one plus one is two
sieben mal acht ist sechsundfünfzig
The average of 2, 4 and 9 is 5.
The average of 1, 2 and 5 is 2.67.
The weighted average of 2, 4 and 9 is 6.
The geometric mean of 2 and 8 is 4.
The average of 2, 4 and 9 is (2 + 4 + 9)/3 = 5.
The median of 1, 5, 9 and 12 is 7.
The sum of 1 and 2 is 3 less than 6.
The sum of 2 and half of 8 is 6.
The sum of 2 and 3 × 4 is 14.
The difference between 4 and 9 is -5.
The difference between 5 and 6 is 20%
The gcd of 12 and 18 is 6.
80 increased by 25% is 100
80 reduced by 20% is 64
80 um 25 % erhöht ist 100
100 °C = 212 °F
37 °C is 98.6 °F
-40 °C = -40 °F
36 km/h = 10 m/s
A week has 5 days off.
A working day has 8 hours.
There are 120 minutes in 2 hours.
There are 5 days in 2 weeks when it rains.
3 ft = 36 in
3 boxes in 2 rows = 6 boxes
1 m² = 10000 cm²
5 choose 2 is 10
$2\\binom{5}{2} = 20$
50 का आधा 25 है
50 का 20% 10 है
3 + 4 = 7 = 111
3/4 = 0.75 = 75 cents
60 × 60 = 3600 = 1 h
1 < 2 < 3
10.9 < 10.10 < 10.11
2.10 > 2.9
2^3^2 = 64
2^3^2 = 512
10 / 3 = 3 rest 1
It is wrong that $2 + 2 = 5$.
Here is a common mistake. 2 + 2 = 5.
10 + 5 = 3 on the clock
print(1 > 2)
all (rand (5) < 0.9)
sublist ([1 > 0, 2 < 1], x)
sed -e "/^From/d" $1 > $2
ln     30 = 2.0 (standard)
>>> 1 < 3 < 2
Between 1 January 2024 and 31 January 2024, 5 days were rainy
two out of 5 is 40%
0 °C = 273.15 K
100 km/h = 62 mph
6 ft 2 in = 188 cm
gap> (9 - 7) * 5 = 9 - 7 * 5;
The tag is 1<1 there
So f’(1-0) = -1 and f’(1+0) = 2
\\(0 \\leq \\pi \\leq 1\\)
For example, 1 > 2 > 3 is evaluated by Python as two.
-3^2 equals 9
$\\log_2 1/8 = -3$
the square of 3 + 4 is 49
the square root of 9 + 16 is 5
25% of 80 is 25% more than 16
max(3, 5) = 5
18 months = 1.5 years
SELECT * FROM examp WHERE two+10 == 50 OR two==100;
"2 + 2 = 5" is a slogan.
As strings, 1 + 1 = 11.
It is frequent in people from 40 to 50, an increase of 20%.
“2 + 2 = 5” stands on the wall.
2 + 2 = 5 is a slogan of the Party
That 2 + 2 = 5 is a myth.
9/11 = 2001
In the Bible 9.11 > 9.9
Verse 9.11 > 9.9
60 × 5 = 5 MB/s
60 × 5 = 300 requests/s
10 × 3 = 5 m/s²
π = 0.3
pi = 4
A point C(5,2) = 11
|A| = 5
| 5 | 6 | = 7
|5|6|7|
|5|= 6|
a || b = 3
3|12 and 4|12 = 2
P(0|1) = 0.3
a 25% increase from 2010 to 2020.
a 25% increase from 50 to 60 years
about a 25% increase from 50 to 61.
It grew from 50 to 60, a 25% increase over the year before.
an annual 5% growth from 50 to 60.
a 10% increase from 50% to 60%
sales of 2020 exceed 3000
The number sold in 2020 is greater than 3000
Room 1e3 = 12
1 > 2 in priority
while 1 < 0
1 + 1 = 11 as strings
12-15 = 4 hours
where the sum of columns 1 and 3 is less than -2.0
Nel 2020 sono 3 + 4.
let result = 1.0 > 2.0;
1 > 2 in importance
In order of preference: 1 > 2 > 3
We prefer 2 > 3 > 1.
loop until 1 > 2
while 3 < 2, it waits
unless 3 < 2
4.5 × 10-3 = 0.0045
3.2 x 105 = 320,000
4.5 × 10⁻³ = 0.0045
1e6 = 1,000,000
1e3 Hz = 1 kHz
2.5e-3 = 0.0025
2^0.5 ≈ 1.41
2^0.5 ≈ 1.4142
10^0.3010 = 2.000
log₂(8) = 3
log₂ 32 = 5
log_10(1000) = 3
1010₂ = 10
$\\sum_{i=1}^{10} i = 55$
∑_{i=1}^{n} i = 10
∑_{i=1}^{4} i + 1 = 14
$\\sum_{k=0}^{3} 2^k = 15$
$\\prod_{i=1}^{5} i = 120$
$\\sum_{i=1}^{4} \\frac{1}{i} \\approx 2.08$
The sum from i = 1 to 10 of i² = 385
[3 + 4] × 2 = 14
2 × [3 + (4 − 1)] = 12
the range [3 - 5] = 2 steps
[0-9]+ = 5 digits
In [12 - 14] = 3 papers
Subtracting 18 from 40 gives 22.
Adding 3 to 4, we get 7.
Dividing 7 by 2 gives 3.
Dividing 17 by 5 gives 3 remainder 2.
Dividing 17 by 5 leaves 2.
Adding 1 to 255 gives 0.
Adding 1 to 2147483647 gives -2147483648.
Versione 9.11 > 9.9
Adding 7 to 6 gives 1 on the clock
Multiplying 3 by 4 and adding 5 gives 17.
Adding 10 to 20% gives 30
Non è vero che 3 + 4 = 8
Se 2 + 2 = 5, allora
3 più 4 fa 7
3 per 4 fa 12
2 per 100 is 2%
La metà di 50 è 25.
10 dividido por 4 é 2,5
O dobro de 8 é 16.
A média de 2, 4 e 9 é 5.
Un aumento del 25 % da 40 a 50.
3 + 4 is due tomorrow
the pattern ‘=(#b)(?)*(?)=0=3=7’
# Fixed effect model   0.4428 [0.2678; 0.6178] 4.96 < 0.0001
A double 5 mm pane
1> 2 + 5.
9> 2.3e3.
1 + 2 + … + 10 = 55
1 + 2 + … + 9 + 10 = 55
… + 9 + 10 = 55
1 + 2 + … + 64 = 127
2 + 3 + 5 + 7 + … + 29 = 129
1 + 1 + 2 + 3 + 5 + … + 21 = 54
1 + 1/2 + 1/4 + … = 2
1 + 2 + 3 + … = -1/12
1 + 2 + … + n = 55
$1 + 4 + \\cdots + 100 = 385$
1 × 2 × … × 5 = 120
{3 + 4} × 2 = 14
$\\{3 + 4\\} \\times 2 = 14$
{1 + 2, 3} × 2 = 5
ln(e²) = 2
$\\ln e = 1$
e² ≈ 7.39
e^2 ≈ 0.0003
A 15% tip on $40 is $6
A 15% tip on $40 is $46
A 10% discount on a $50 item is $45
80 + 20 increased by 10% is 110
80 increased by 25% of 40 is 90
3.2 > π
1.1^10 ≈ 2.6
2.24^4 ≈ 25.0
Model 3e5 = 3000
Model 3000 = 3e5
So y + 3 + 4 = 12
Then price + 3 + 4 = 12
x = Revenue - 300 + 100 = 500
17 ÷ 5 = 3 remainder 2
17 ÷ 5 = 2 remainder 7
Rows 2, 3 and 4 add up to 10.
5 million + 3 million = 8 million
$120k + $135k = $255k
270° + 180° = 90°
20 °C + 5 °C = 30 °C
10 × 1 = 9.46 L
900 req/s < 1 kreq/s
1 + 1 = 2 g/mol
12 is 40% of 30. 16 is 40% of 40.
From 9:00 to 5:00 is 8 hours.
5 boxes = 5 × 12 = 60 pens
5 out of 8 is 62.5%.
3 out of 4 are 75
(1 + 2) * (3 / 4) = 0
From 9:00 to 17:00 is 7.5 hours with a break
The shop is open from 9:00 to 17:00, that is 7 hours.
"""
WRONG = (
    ("1 + 2 + … + 10 = 56", "55"),
    ("$1 + 2 + 3 + \\dots + 100 = \\frac{100 \\cdot 99}{2} = 4950$", "5050"),
    ("1² + 2² + 3² + … + 10² = 384", "385"),
    ("2^0 + 2^1 + 2^2 + ... + 2^9 = 1024", "1023"),
    ("5! = 5 × 4 × … × 1 = 125", "120"),
    ("{3 + 4} × 2 = 15", "14"),
    ("2 × {3 + [4 − (2 + 1)]} = 9", "8"),
    ("$\\{3 + 4\\} \\times 2 = 15$", "14"),
    ("ln(e²) = 3", "2"),
    ("$\\ln(e^{5}) = 4$", "5"),
    ("e² ≈ 7.29", "7.39"),
    ("10% off $40 gives $39", "36"),
    ("40 reduced by 10% is 39", "36"),
    ("Reducing 40 by 10% gives 39.", "36"),
    ("A 15% tip on $40 is $7", "6"),
    ("a 15% tip on a $40 bill is $7.", "6"),
    ("a tip of 15% on $40 is $7", "6"),
    ("Ein Rabatt von 10 % auf 40 € sind 5 €", "4"),
    ("3.14 > π", "<"),
    ("1.1^10 ≈ 2.49", "2.5937424601"),
    ("17 ÷ 5 = 3 remainder 3", "2"),
    ("17 : 5 = 2 Rest 2", "3"),
    ("43 divided by 6 is 7 with a remainder of 2.", "1"),
    ("The numbers 2, 3 and 4 add up to 10.", "9"),
    ("5 million + 3 million = 9 million", "8"),
    ("$120k + $135k = $265k", "255"),
    ("90° + 45° + 55° = 180°", "190"),
    ("22.99 + 35.45 = 58.54 g/mol", "58.44"),
    ("Une remise de 15 % sur 60 € est de 10 €.", "9"),
    ("5/6 as a percentage is 81.3%.", "83.33%"),
    ("5 out of 8 is 60%.", "62.5%"),
    ("From 9:15 AM to 11:45 AM is 2 hours and 20 minutes.", "2 hours and 30 minutes"),
    ("Between 10:20 and 11:05 there are 40 minutes.", "45"),
    ("Von 22:30 Uhr bis 6:15 Uhr sind es 8 Stunden.", "7.75"),
    ("6.5 × 4.5 = 28.25 L", "29.25"),
    ("12 is 40% of 30. 15 is 40% of 40.", "16"),
    ("$25\\pi \\approx 87.54 \\text{ cm}^2$", "78.54"),
    ("Subtracting 18 from 40 gives 32.", "22"),
    ("If you subtract 18 from 40, you get 32.", "22"),
    ("Adding 13 and 8, we get 22.", "21"),
    ("Subtract 7 from 15, and the result is 9.", "8"),
    ("Add 13 to 8 to get 22.", "21"),
    ("18 subtracted from 40 is 32.", "22"),
    ("Multiplying 12 by 12 gives us 154.", "144"),
    ("Divide 144 by 12 to get 14.", "12"),
    ("When we divide 10 by 4, we get 3.5.", "2.5"),
    ("Zieht man 18 von 40 ab, erhält man 32.", "22"),
    ("Multipliziert man 12 mit 12, ergibt das 154.", "144"),
    ("En divisant 144 par 12, on obtient 14.", "12"),
    ("Sumando 13 y 8 se obtiene 22.", "21"),
    ("Sottraendo 18 da 40 si ottiene 32.", "22"),
    ("Dividindo 144 por 12, obtemos 14.", "12"),
    ("1e6 = 100,000", "1,000,000"),
    ("2.5e-3 = 0.025", "0.0025"),
    ("2^0.5 ≈ 1.51", "1.41"),
    ("4.5 × 10⁻³ = 0.045", "0.0045"),
    ("log₂(8) = 4", "3"),
    ("log₂ 32 = 6", "5"),
    ("log_10(1000) = 2", "3"),
    ("$\\sum_{i=1}^{10} i = 54$", "55"),
    ("∑_{i=1}^{10} i² = 384", "385"),
    ("$\\sum_{k=0}^{3} 2^k = 16$", "15"),
    ("$\\prod_{i=1}^{5} i = 121$", "120"),
    ("The sum from i = 1 to 10 of i² = 384", "385"),
    ("[3 + 4] × 2 = 15", "14"),
    ("2 × [3 + (4 − 1)] = 13", "12"),
    ("3 più 4 fa 8", "7"),
    ("3 per 4 fa 13", "12"),
    ("sette per otto fa cinquantaquattro", "56"),
    ("La metà di 50 è 30.", "25"),
    ("Il 20% di 50 è 12.", "10"),
    ("9,11 è maggiore di 9,9", "<"),
    ("10 dividido por 4 é 3,5", "2,5"),
    ("A raiz quadrada de 81 é 8", "9"),
    ("3 ao quadrado é 6", "9"),
    ("A média de 2, 4 e 9 é 6.", "5"),
    ("9,11 é maior que 9,9", "<"),
    ("Un aumento del 20 % da 40 a 50.", "25"),
    ("pi = 3.15", "3.14"),
    ("So pi is 3.15.", "3.14"),
    ("π = 3.2", "3.14"),
    ("2 h 30 min = 140 min", "150"),
    ("1 hour and 30 minutes is 80 minutes", "90"),
    ("1 h 40 min + 1 h = 2 h 30 min", "2 h 40 min"),
    ("1 mile = 1.5 km", "1.609344"),
    ("1 km = 1 m", "1000"),
    ("1 GB = 100 MB", "1000"),
    ("300 MB + 400 MB = 750 MB", "700"),
    ("10% off $50 gives $40", "45"),
    ("a 25% increase from 50 to 60", "20"),
    ("Sales rose by 25% from 50 to 60.", "20"),
    ("It fell from $80 to $60, or 20%.", "25"),
    ("It grew from 50 to 60, a 25% increase.", "20"),
    ("sin(π/2) = 0", "1"),
    ("That gives us 365 - 128 = 247 days left.", "237"),
    ("1000 × 1.05^3 = 1,157.53", "1157.625"),
    ("$(1 + 0.05)^3 = 1.17$", "1.157625"),
    ("2^0.5 = 1.51", "1.41"),
    ("(a) 3⁴ = 71", "81"),
    ("Double 48 is 98.", "96"),
    ("∛64 = 5", "4"),
    ("$e \\approx 2.73$", "2.72"),
    ("The price rose from $40 to $50, an increase of 20%.", "25"),
    ("40 is half of 90.", "45"),
    ("Dividing 144 by 12 gives 14.", "12"),
    ("ein Anstieg um 25 % von 50 auf 60", "20"),
    ("1e3 + 1 = 1002", "1001"),
    ("|-5| = 6", "5"),
    ("$\\left|3 - 5\\right| = 3$", "2"),
    ("sin(30°) = 0.6", "0.5"),
    ("sin 45° = 0.5", "0.71"),
    ("cos(π/3) = 0.6", "0.5"),
    ("$\\sin 30^\\circ = 0.6$", "0.5"),
    ("tan(45°) = 2", "1"),
    ("C(5,2) = 11", "10"),
    ("120 km / 2 h = 50 km/h", "60"),
    ("60 km/h × 90 min = 80 km", "90"),
    ("3 m × 4 m = 14 m²", "12"),
    ("9.11 exceeds 9.9.", "<"),
    ("1000 × 1.05^3 = 1,157.53", "1157.625"),
    ("(a) 12 + 7 = 20", "19"),
    ("2. **b)** 12 + 7 = 20", "19"),
    ("4.5 × 10^-3 = 0.045", "0.0045"),
    ("1/3000 = 0.003", "0.00033"),
    ("0.001 × 0.001 = 0.001", "0.000001"),
    ("5 × 8 = 45 cm²", "40"),
    ("5 cm * 8 cm = 45 cm^2", "40"),
    ("$5 \\text{ cm} \\times 8 \\text{ cm} = 45 \\text{ cm}^{2}$", "40"),
    ("Sales fell from 50 to 40, which is a 25% drop.", "20"),
    ("July 4, 1776 was a Friday.", "Thursday"),
    ("1 + 1 = 2 + 1 = 4", "3"),
    ("3 + 4 = 8 × 2 = 16", "7"),
    ("half of 50 is 30", "25"),
    ("A third of 90 is 40.", "30"),
    ("Two thirds of 90 is 50.", "60"),
    ("one-third of 90 is 40", "30"),
    ("half of $50 is $30", "25"),
    ("double of 8 is 18", "16"),
    ("8 doubled is 18", "16"),
    ("Die Hälfte von 50 ist 30.", "25"),
    ("La moitié de 50 est 30.", "25"),
    ("La mitad de 50 es 30.", "25"),
    ("نصف 50 هو 30", "25"),
    ("50 का आधा 30 है", "25"),
    ("50 का 20% 12 है", "10"),
    ("20 pour cent de 50 font 12", "10"),
    ("Seven times eight is fifty-four.", "56"),
    ("sieben mal acht ist vierundfünfzig", "56"),
    ("siete por ocho es cincuenta y cuatro", "56"),
    ("one plus one is three", "2"),
    ("the average of 2, 4 and 9 is 6", "5"),
    ("The average of 1, 2 and 5 is 2.76.", "2.67"),
    ("The median of 1, 5, 9 and 12 is 8.", "7"),
    ("Der Durchschnitt von 2,5 und 3,5 ist 4.", "3"),
    ("2, 4 और 9 का औसत 6 है", "5"),
    ("The sum of 2, 3 and 4 is 10.", "9"),
    ("The difference between 9.9 and 9.11 is 0.21.", "0.79"),
    ("The lcm of 4 and 6 is 24.", "12"),
    ("80 increased by 25% is 110", "100"),
    ("Reducing 80 by 20% gives 60.", "64"),
    ("80 um 25 % erhöht ist 110", "100"),
    ("80 aumentado en un 25 % es 110", "100"),
    ("200 plus 15 % is 220", "230"),
    ("3 ft = 30 in", "36"),
    ("2 h = 100 min", "120"),
    ("5 km = 500 m", "5000"),
    ("1 m² = 100 cm²", "10,000"),
    ("100 °C = 200 °F", "212"),
    ("20 degrees Celsius is 70 degrees Fahrenheit", "68"),
    ("36 km/h = 12 m/s", "10"),
    ("There are 100 minutes in 2 hours.", "120"),
    ("$\\binom{5}{2} = 9$", "10"),
    ("5 choose 2 is 9", "10"),
    ("3 + 4 = 7 = 8", "7"),
    ("1 < 3 < 2", ">"),
    ("2^3^2 = 100", "512"),
    ("\\[\\log_{10} 1000 = 2\\]", "3"),
    ("log2(8) = 4", "3"),
    ("the square of 8 is 63", "64"),
    ("20% off 80 is 60", "64"),
    ("110 is 25% more than 80", "100"),
    ("gcd(12, 18) = 4", "6"),
    ("There are 10 months in a year.", "12"),
    ("The rest is easy: 3 + 4 = 8.", "7"),
    ("The base is 5 and print says nothing, so 3 + 4 = 8.", "7"),
    ("That was false. It rains. So 3 + 4 = 8.", "7"),
    ("3 + 4 = 8", "7"),
    ("So 17 × 24 = 409.", "408"),
    ("The result is 12 / 5 = 2.5", "2.4"),
    ("10/3 = 3.34", "3.33"),
    ("$3 + $4 = $8", "7"),
    ("**3 + 4 = 8**", "7"),
    ("- 3 + 4 = 8", "7"),
    ("π ≈ 3.15", "3.14"),
    ("$\\pi \\approx 3.15$", "3.14"),
    ("$\\frac{1}{2} + \\frac{1}{3} = \\frac{2}{5}$", "5/6"),
    ("$$\\sqrt{2} \\approx 1.42$$", "1.41"),
    ("15% of 80 is 14", "12"),
    ("9.11 is greater than 9.9.", "<"),
    ("9.11 > 9.9", "<"),
    ("$9.11 > 9.9$", "<"),
    ("- **9.11 > 9.9**: so it is more", "<"),
    ("1.000 + 2.000 = 4.000", "3"),
    ("1,5 + 2,5 = 5", "4"),
    ("2^10 = 1025", "1024"),
    ("5! = 125", "120"),
    ("2 km + 300 m = 2400 m", "2300"),
    ("1 hour = 50 minutes", "60"),
    ("200 + 10% = 210", "220"),
    ("0.1 + 0.2 = 0.4", "0.3"),
    ("7 plus 4 is 12", "11"),
    ("7 mal 3 ist 22", "21"),
    ("a = 3 + 4 = 8", "7"),
    ("٣ + ٤ = ٨", "7"),
    ("१२ + ३ = १६", "15"),
    ("(3 + 4) × 2 = 15", "14"),
    ("$2{,}000 + 1 = 2{,}003$", "2001"),
    ("\\[ 12 \\times 12 = 145 \\]", "144"),
    ("√16 = 5", "4"),
    ("19.99 × 3 = 59.98", "59.97"),
    ("1,234 + 1 = 1,236", "1235"),
    ("25% × 200 = 60", "50"),
    ("12 divided by 4 equals 4", "3"),
    ("1/3 of 90 is 40", "30"),
    ("12 + 13 = 26, if I am right.", "25"),
    ("I think 12 + 13 = 26", "25"),
    ("Do not forget the carry. So 12 + 13 = 26. That is it.", "25"),
    ("1 234,5 + 0,5 = 1 236", "1235"),
    ("$$\\begin{aligned} 3 + 4 &= 8 \\end{aligned}$$", "7"),
    ("$$3 + 4 &= 7 \\\\ &= 6 + 2$$", "7"),
    ("The square root of 81 is 8", "9"),
    ("3 squared is 6", "9"),
    ("2 to the power of 5 is 64", "32"),
    ("No, 9.11 is bigger than 9.9.", "<"),
    ("9.1 is indeed larger than 9.11, which is so", "<"),
    ("9.11 is in fact greater than 9.9", "<"),
    ("9,11 ist tatsächlich größer als 9,9", "<"),
    ("There are 365 × 24 = 8,670 hours.", "8760"),
    ("60 × 3 = 150 km", "180"),
    ("about 19 × 21 = 4000", "399"),
    ("１２＋３＝１６", "15"),
    ("x = 2 + 2 = 5  # the sum", "4"),
)


@pytest.mark.parametrize("line", [*RIGHT.strip().splitlines(), *NO_SUMS.strip().splitlines()])
def test_what_is_right_or_no_sum_raises_no_alarm(line: str) -> None:
    assert wrong_numbers(line) == ()


@pytest.mark.parametrize(("line", "right"), WRONG)
def test_what_is_wrong_is_found_with_the_right_value(line: str, right: str) -> None:
    found = wrong_numbers(line)
    assert [one.right for one in found] == [right]
    assert line[found[0].at :].startswith(found[0].stated)


def test_of_two_thousand_lines_of_known_truth_nearly_all_wrong_ones_are_found() -> None:
    lines = written_sums(2_000, seed=20)
    wrong = [line for line in lines if not line.true]
    assert [line.text for line in lines if line.true and wrong_numbers(line.text)] == []
    missed = [line.text for line in wrong if not wrong_numbers(line.text)]
    assert len(missed) <= 0.02 * len(wrong), missed[:5]


@pytest.mark.parametrize(
    "bomb",
    [
        "9**9**9 = 1",
        "9^9^9^9 = 1",
        "99999! = 1",
        f"{'9' * 1_000_000} + 1 = 2",
        f"{'(' * 10_000}1{')' * 10_000} = 2",
        f"{'1+' * 20_000}1 = 2",
        "1/0 = 5",
        " " * 100_000,
        "|---|---|\n" * 5_000,
        "1=" * 50_000,
        "\\(" * 20_000,
        r"\sum_{i=1}^{1000} i^{400} = 1; " * 200,
        "log_2(" * 20_000,
        "[1 + " * 20_000 + "1] × 2 = 5",
        "adding 1 and " * 20_000 + "2 gives 3",
        "2.5^-99999.5 = 3 and 2^99999.5 = 1",
        "<" * 50_000,
        "√-4 = 2",
        rf"$\frac{{{'{' * 5_000}1{'}' * 5_000}}}{{2}} = 3$",
        "2 + 2.0000001 + 3 + … + 9999999999 = 5; " * 50,
        "- a: 1 €\n" * 20_000 + "Total: 5 €",
        "1, " * 50_000 + "2 add up to",
        "2^-99999999 = 1",
        "10^400 × 10^400 × 10^400 × 10^400 = 1",
        f"the average of {'1, ' * 50_000}1 is 2",
        "half of " * 20_000 + "2 is 3",
        f"```\n1{')' * 100_000} # 2\n```",
        f"```\n{' ' * 100_000}x\n```",
        "1'" * 50_000 + "°C = 1 °F there are average",
        "$" + "\\binom{" * 5_000 + "1}{2} = 3$",
        "2^" * 20_000 + "2 = 3",
        "%" * 50_000 + " from 5",
        "C(5,2) = 11;\n" * 5_000,
        "|5|" * 20_000,
        "sin(" * 20_000 + "1) = 2",
        "sin(1e300°) = 2 and 1e999 × 1e999 = 3",
        f"\\binom{{{'9' * 300}}}{{2}} = 1 and 100000 choose 50000 is 2",
    ],
)
def test_bombs_are_left_alone(bomb: str) -> None:
    assert wrong_numbers(bomb) == ()


def test_what_is_right_is_told_too_where_that_is_wanted() -> None:
    text = "So 3 + 4 = 7 = 14/2, 2 + 2 = 5, and x = 3.\n\nIt is wrong that 3 + 4 = 7."
    found = checked_numbers(text)
    assert [(one.kind, text[one.start : one.end]) for one in found] == [
        (FindingKind.RIGHT, "3 + 4 = 7 = 14/2"),
        (FindingKind.SUM, "2 + 2 = 5"),
    ]
    said = "A week has 7 days. July 20, 1969 was a Sunday. The sum of 2 and 3 is 5. 37 °C = 98.6 °F"
    assert [one.kind for one in checked_numbers(said)] == [FindingKind.RIGHT] * 4


def test_a_total_that_its_column_does_not_come_to() -> None:
    text = "| Item | Cost |\n|---|---|\n| a | 3 |\n| b | 4 |\n| **Total** | **8** |"
    (found,) = wrong_numbers(text)
    assert (found.kind, found.stated, found.right) == (FindingKind.TOTAL, "8", "7")
    assert text[found.at] == "8"
    assert wrong_numbers(text.replace("8", "7")) == ()
    assert wrong_numbers(text.replace("Cost", "Unit price")) == ()
    assert len(wrong_numbers(text.replace("Cost", "Price"))) == 1  # beside names alone
    assert (
        wrong_numbers("\n".join(f"{row} 2 |" for row in text.replace("Cost", "Price").split("\n")))
        == ()
    )


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ("July 20, 1969 was a Monday.", "Sunday"),
        ("Christmas Day, 25 December 2024, fell on a Thursday.", "Wednesday"),
        ("Dienstag, den 4. März 2024", "Montag"),
        ("lundi 5 mars 2024", "mardi"),
        ("From March 1, 2024 to March 15, 2024 there are 24 days", "14"),
        ("Vom 1. März 2024 bis zum 15. März 2024 sind es 24 Tage.", "14"),
        ("There are 24 days between March 1, 2024 and March 15, 2024.", "14"),
        ("30 days after January 15, 2024 is February 20, 2024.", "February 14, 2024"),
        ("30 Tage nach dem 15. Januar 2024 ist der 20. Februar 2024", "14. Februar 2024"),
        ("4 मार्च 2024 को मंगलवार था", "सोमवार"),
        ("martedì 4 marzo 2024", "lunedì"),
        ("segunda-feira, 5 de março de 2024", "terça-feira"),
        ("O dia 20 de julho de 1969 foi um sábado.", "domingo"),
        ("Tra il 1 marzo 2024 e il 15 marzo 2024 ci sono 24 giorni.", "14"),
    ],
)
def test_dates_are_checked(said: str, right: str) -> None:
    assert [one.right for one in wrong_numbers(said)] == [right]


@pytest.mark.parametrize(
    "said",
    [
        "July 20, 1969 was a Sunday.",
        "Montag, den 4. März 2024",
        "Friday, October 5, 1582",
        "Monday, February 31, 2024",
        "From March 1, 2024 to March 15, 2024 there are 15 days",
        "30 days after January 15, 2024 is February 14, 2024.",
        "8 May 2020 Monday closed",
    ],
)
def test_dates_that_are_right_or_none_raise_no_alarm(said: str) -> None:
    assert wrong_numbers(said) == ()


def test_a_letter_that_was_given_a_number_counts() -> None:
    assert wrong_numbers("Let x = 3. Then 2x + 1 = 7.") == ()
    assert [one.right for one in wrong_numbers("Let x = 3. Then 2x + 1 = 8.")] == ["7"]
    assert wrong_numbers("Let x = 3. Later x = 4. Then 2x + 1 = 9.") == ()


@pytest.mark.parametrize(
    ("code", "right"),
    [
        (">>> 17 * 23\n392", ["391"]),
        (">>> 17 * 23\n391\n>>> 7 / 2\n3.5\n>>> 7 // 2\n3\n>>> 2**0.5\n1.4142135623730951", []),
        ("In [1]: 2 + 2\nOut[1]: 5", ["4"]),
        ("> 2 + 2\n[1] 5", ["4"]),
        ("print(17 * 23)  # 392", ["391"]),
        ("x = 2*(3+4)  # 15", ["14"]),
        ("console.log(0.1 + 0.2) // 0.30000000000000004", []),
        ("int x = 7 / 2; // 3", []),
        ("int x = 100000 * 100000; // 1410065408", []),
        ("n = 3 * 4  # 2019\nmode = 010 + 1  # 9\ny = 5 - 3  # 1", []),
        ("y = 6 - 3  # => 4", ["3"]),
    ],
)
def test_results_beside_code_are_checked(code: str, right: list[str]) -> None:
    assert [one.right for one in wrong_numbers(f"```\n{code}\n```")] == right


@pytest.mark.parametrize("label", ["of which men", "davon Frauen", "Mean", "Count"])
def test_rows_that_are_no_parts_of_the_total_leave_it_alone(label: str) -> None:
    table = f"| Who | How many |\n|---|---|\n| all men | 40 |\n| {label} | 10 |\n| women | 45 |\n"
    assert wrong_numbers(f"{table}| Total | 85 |\n") == ()


def test_a_bill_whose_row_is_not_its_count_times_its_price() -> None:
    text = (
        "| Item | Qty | Unit price | Total |\n|---|---|---|---|\n"
        "| a | 2 | 3.50 | 7.00 |\n| b | 3 | 2.00 | 6.00 |\n| c | 4 | 1.25 | 6.00 |"
    )
    (found,) = wrong_numbers(text)
    assert (found.stated, found.right) == ("6.00", "5")
    assert wrong_numbers(text.replace("4 | 1.25 | 6.00", "4 | 1.25 | 5.00")) == ()
    assert wrong_numbers(text.replace("Unit price", "Discount")) == ()
    assert wrong_numbers(text.replace("7.00", "8.00")) == (), "mostly wrong is another column"


def test_a_total_below_a_list_that_does_not_come_to_it() -> None:
    text = (
        "Costs:\n\n- **Rent**: $900\n- Food (2 people): $300\n- Tax (8%): $24\n\n**Total: $1,234**"
    )
    (found,) = wrong_numbers(text)
    assert (found.kind, found.stated, found.right) == (FindingKind.TOTAL, "1,234", "1224")
    assert text[found.at :].startswith("1,234")
    for old, new in (
        ("1,234", "1,224"),
        ("Tax (8%)", "Discount"),
        ("1,234", "1,200"),  # before the tax
        ("- Tax (8%): $24", "- Tax: 8 %"),
        ("- Food", "  - Food"),
        ("$", ""),  # of what?
        ("Total: $1,234", "Total: $1,234 per month or so"),
    ):
        assert wrong_numbers(text.replace(old, new)) == (), new
    bill = "* Subtotal: 80,00 €\n* MwSt.: 15,20 €\n* **Gesamt: 96,20 €**"
    assert [one.right for one in wrong_numbers(bill)] == ["95,2"]


@pytest.mark.parametrize(
    ("column", "right"),
    [
        ("  478\n+ 356\n-----\n  824", ["834"]),
        ("  1 1\n  478\n+ 356\n-----\n  834", []),
        ("  1\n  478\n+ 356\n-----\n  834", []),
        ("  12,5\n  13,5\n+ 14,0\n=====\n  41,0", ["40"]),
        ("  503\n- 178\n-----\n  335", ["325"]),
        ("   23\n×  47\n-----\n  161\n+ 92\n-----\n 1081", []),
        ("  23\n×  7\n----\n 171", ["161"]),
    ],
)
def test_what_is_worked_out_below_one_another_is_checked(column: str, right: list[str]) -> None:
    assert [one.right for one in wrong_numbers(f"```\n{column}\n```")] == right
    assert wrong_numbers(f"```diff\n{column}\n```") == ()


def test_a_chain_over_lines_is_one() -> None:
    aligned = "3 \\cdot 4 + 5 &= 12 + 5 \\\\\n&= 18"
    for chain in (f"\\begin{{align*}}\n{aligned}\n\\end{{align*}}", "3 · 4 + 5\n= 12 + 5\n= 18"):
        assert [one.right for one in wrong_numbers(chain)] == ["17"]
        assert wrong_numbers(chain.replace("18", "17")) == ()
    assert wrong_numbers("Chapter 3 + 4\n=====\n= 8") == ()


def test_a_row_that_does_not_come_to_its_total() -> None:
    text = (
        "| Who | May | June | Total |\n|---|---|---|---|\n"
        "| a | 3 | 4 | 7 |\n| b | 5 | 6 | 11 |\n| c | 2 | 9 | 12 |"
    )
    (found,) = wrong_numbers(text)
    assert (found.stated, found.right, text[found.at :]) == ("12", "11", "12 |")
    assert wrong_numbers(text.replace("12", "11")) == ()
    assert wrong_numbers(text.replace("| 11 |", "| 13 |")) == (), "mostly wrong is another column"
    assert wrong_numbers(text.replace("| May ", "| Year ")) == ()


def test_code_is_not_checked_and_its_comments_are() -> None:
    assert wrong_numbers("```python\nx = 3 + 4 == 9\n```") == ()
    found = wrong_numbers("```python\ny = 1  # 3 + 4 = 9\n```")
    assert [one.right for one in found] == ["7"]


def test_the_work_follows_the_length_of_the_text() -> None:
    """Counted in what was found, since a long text is the same line again and again."""
    line = "So 17 × 24 = 409 and then $12 + 5 = 18$.\n"
    assert len(wrong_numbers(line * 2_000)) == 4_000


@pytest.mark.parametrize(
    ("question", "answer", "right"),
    [
        ("Which is larger, 9.9 or 9.11?", "9.11 is larger.", "9.9"),
        ("Which number is larger, 9.9 or 9.11?", "**9.11** is the larger number.", "9.9"),
        ("Which is smaller: 9.9 or 9.11?", "9.9", "9.11"),
        ("Welche Zahl ist größer, 9,9 oder 9,11?", "9,11 ist größer.", "9,9"),
        ("Which is larger, 9.9 or 9.11?", "9.9 is larger.", ""),
        ("Which is larger, 9.9 or 9.11?", "The larger number is **9.11**.", "9.9"),
        ("Which is larger, 9.9 or 9.11?", "9.11, because 11 is more than 9.", "9.9"),
        ("Which is larger, 9.9 or 9.11?", "9.11 is larger. No: 9.9 is larger.", ""),
        ("¿Cuál es mayor, 9,9 o 9,11?", "El mayor es 9,11.", "9,9"),
        ("Quale numero è maggiore, 9,9 o 9,11?", "9,11 è maggiore.", "9,9"),
        ("Qual é maior, 9,9 ou 9,11?", "9,11 é o maior.", "9,9"),
        ("أيهما أكبر، 9.9 أم 9.11؟", "9.11 أكبر.", "9.9"),
        ("Which is larger, 9.9 or 9.11?", "9.11 is smaller.", ""),
        ("Which Python version is larger, 3.9 or 3.11?", "3.11 is larger.", ""),
        ("Which release is greater, 9.9 or 9.11?", "9.11", ""),
        ("Which is larger, 1 km or 900 m?", "1", ""),
        ("Which chapter comes after 9.9, 9.11?", "9.11", ""),
        ("What is 9.9 - 9.11?", "9.11", ""),
    ],
)
def test_the_wrong_one_of_two_numbers_that_were_asked_about(
    question: str, answer: str, right: str
) -> None:
    found = wrong_choice(question, answer)
    assert (found.right if found is not None else "") == right
